/** Passkeys: ask this browser's authenticator what the server asks, and send its answer by a form. */

interface Asked {
  options: Record<string, unknown>;
  seal: string;
}

/** Return the authenticator's answer, to a new passkey or to a sign-in. */
async function answered(form: HTMLFormElement): Promise<string> {
  const response = await fetch(form.dataset.passkey ?? "", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error("The server did not ask.");
  const asked = (await response.json()) as Asked;
  const container = navigator.credentials;
  const found =
    form.dataset.kind === "new"
      ? await container.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
            asked.options as unknown as PublicKeyCredentialCreationOptionsJSON,
          ),
        })
      : await container.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
            asked.options as unknown as PublicKeyCredentialRequestOptionsJSON,
          ),
        });
  if (!(found instanceof PublicKeyCredential)) throw new Error("No passkey was chosen.");
  return `${JSON.stringify(found.toJSON())}\n${asked.seal}`;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  form.hidden = !("PublicKeyCredential" in window);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.querySelector<HTMLElement>("[role=status]");
    answered(form)
      .then((answer) => {
        const field = form.elements.namedItem("answer");
        if (field instanceof HTMLInputElement) field.value = answer;
        form.submit();
      })
      .catch((error: unknown) => {
        if (said) said.textContent = error instanceof Error ? error.message : "That did not work.";
      });
  });
}
