// Tells the server that scripts run here: pages may come in two answers then. Forgotten with the browser's session.
document.cookie = `scripts=1; path=/; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
