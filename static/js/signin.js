/* A click on a login of the demonstration fills the form. Without this script it can be copied. */
for (const button of document.querySelectorAll("[data-login]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const form = document.querySelector("form[data-signin]");
    form.elements.login.value = button.dataset.login;
    form.elements.password.value = button.dataset.password;
    form.requestSubmit();
  });
}
