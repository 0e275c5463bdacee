// Filters apply as soon as a choice is made; a form is sent once; a chosen file is read into its text area.
for (const select of document.querySelectorAll("form[data-filter] select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[data-filter]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") {
        event.formData.delete(name);
      }
    }
  });
}

// A form whose answer is a file leaves its page where it is.
for (const form of document.querySelectorAll("form[method='post']:not([data-download])")) {
  form.addEventListener("submit", () => {
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type='submit']")) {
        button.disabled = true;
      }
    });
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method='post'] button[type='submit']:disabled")) {
    button.disabled = false;
  }
});

for (const input of document.querySelectorAll("input[type='file'][data-into]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    const target = document.getElementById(input.dataset.into);
    if (file && target && file.size <= 16_384) {
      const text = await file.text();
      if (text.startsWith("-----BEGIN")) {
        target.value = text;
      }
    }
  });
}
