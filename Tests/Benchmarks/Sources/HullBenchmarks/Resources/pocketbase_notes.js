// The collection of the PocketBase rows: what `Notes` is in Hull. Open to everyone, and requests are
// not logged, so that neither is measured.
migrate((app) => {
  app.save(
    new Collection({
      type: "base",
      name: "notes",
      listRule: "",
      viewRule: "",
      createRule: "",
      fields: [
        { type: "number", name: "number" },
        { type: "text", name: "text" },
        { type: "autodate", name: "created", onCreate: true },
      ],
      indexes: ["create index notes_by_number on notes (number)"],
    })
  );
  const settings = app.settings();
  settings.logs.maxDays = 0;
  app.save(settings);
});
