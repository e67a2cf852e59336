import pytest
from django import forms


class TermsForm(forms.Form):
    terms = forms.CharField(label="payment terms", help_text="Larisa plans payments by it")
    channel = forms.ChoiceField(choices=[("w", "Word of mouth")], widget=forms.RadioSelect, required=False)
    agreed = forms.BooleanField(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


def test_a_field_has_a_label_and_its_hint_is_read_with_it(shown):
    html = shown("{% form_fields form %}", form=TermsForm())

    assert '<label for="id_terms">Payment terms</label>' in html
    assert 'aria-describedby="id_terms_hint"' in html
    assert '<span class="hint" id="id_terms_hint">Larisa plans payments by it</span>' in html


def test_a_wrong_field_says_so_next_to_itself_and_takes_the_focus(shown):
    html = shown("{% form_fields form %}", form=TermsForm({"version": "1"}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_terms_error id_terms_hint"' in html
    assert 'id="id_terms_error"' in html
    assert html.count("autofocus") == 1


def test_hidden_fields_and_errors_of_the_whole_form_are_not_lost(shown):
    form = TermsForm({"terms": "14 days", "version": "3"})
    form.add_error(None, "Not saved: <the> date is before the start")

    html = shown("{% form_fields form %}", form=form)

    assert '<input type="hidden" name="version" value="3"' in html
    assert "Not saved: &lt;the&gt; date" in html


@pytest.mark.parametrize(("fields", "has_summary"), [(3, False), (4, True)])
def test_more_than_three_mistakes_are_listed_on_top(shown, fields, has_summary):
    form = type("Form", (forms.Form,), {f"f{n}": forms.CharField() for n in range(fields)})({})

    html = shown("{% form_fields form %}", form=form)

    assert ("4 fields need attention" in html) == has_summary
    assert ('<a href="#id_f0">F0</a>' in html) == has_summary


def test_one_of_several_is_a_group_with_a_legend(shown):
    html = shown("{% form_fields form %}", form=TermsForm())

    assert '<fieldset class="f">' in html
    assert '<legend class="lab">Channel' in html


def test_a_field_with_an_origin_carries_the_why_mark(shown):
    form = TermsForm()
    form.fields["terms"].why_url = "/why/terms"

    assert 'hx-get="/why/terms"' in shown("{% form_fields form %}", form=form)
