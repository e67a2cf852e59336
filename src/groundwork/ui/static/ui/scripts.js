// On a narrow screen the row of tabs is longer than the screen: the one that is open is seen.
addEventListener("DOMContentLoaded", () => {
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

// Tells the server that scripts run here: pages may come in two answers then. Forgotten with the browser's session.
document.cookie = `scripts=1; path=/; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
