//! A new event: its type, its sample, and its line in the list of its owner.

use std::path::PathBuf;

use crate::{Plan, Refused, Workspace, lists, names, plan::filled};

/// An event that is to be made.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// Its type (`parcel.lost`).
    pub name: &'a str,
    /// The service that owns it.
    pub service: &'a str,
}

impl NewEvent<'_> {
    /// What is to be made and changed.
    ///
    /// # Errors
    /// The name is none, is taken, or the service is not there.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        names::event_type(self.name)?;
        workspace.service(self.service)?;
        let contracts = workspace.contracts_crate()?;
        let (module, rust) = (names::module(self.name), names::type_name(self.name));
        let aggregate = self.name.split('.').next().unwrap_or(self.name);
        let field = format!("{aggregate}_id");
        let short: String = aggregate
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(3)
            .collect();
        let mut json_id = names::type_name(&field);
        json_id[..1].make_ascii_lowercase();
        let mut titled = names::words(aggregate);
        titled[..1].make_ascii_uppercase();
        let values = [
            ("event", self.name),
            ("service", self.service),
            ("aggregate", aggregate),
            ("Aggregate", &titled),
            ("words", &names::words(self.name)),
            ("rust", &rust),
            ("id", &field),
            ("json_id", &json_id),
            ("short", &short),
        ];
        let mut plan = workspace.plan();
        let code = filled(include_str!("../templates/event.rs"), &values);
        plan.make(contracts.join(format!("src/{module}.rs")), code)?;
        let sample = filled(include_str!("../templates/event.json"), &values);
        plan.make(PathBuf::from("events").join(self.name).join("v1.json"), sample)?;

        let library = contracts.join("src/lib.rs");
        let (line, exported) = (format!("mod {module};"), format!("pub use {module}::{rust};"));
        plan.change(
            &library,
            |text| lists::among(text, &["mod "], &line),
            "a line `mod …`",
        )?;
        plan.change(
            &library,
            |text| lists::among(text, &["pub use "], &exported),
            "a line `pub use …`",
        )?;
        self.own(&mut plan, &rust, &workspace.package(&contracts)?)?;
        Ok(plan)
    }

    /// The line in the list of the owner.
    fn own(&self, plan: &mut Plan, rust: &str, package: &str) -> Result<(), Refused> {
        let folder = PathBuf::from("functions").join(self.service);
        let library = folder.join("src/lib.rs");
        let call = format!(".event::<{rust}>()");
        let listed = |text: &str| lists::in_chain(text, "Service::new(SERVICE)", ".event::<", &call);
        plan.change(
            &library,
            listed,
            "the list of what the service consists of (`Service::new(SERVICE)`)",
        )?;
        let line = format!("use {}::{rust};", package.replace('-', "_"));
        plan.change(
            &library,
            |text| lists::among(text, &["use "], &line),
            "a line `use …`",
        )?;
        let needs = format!("{package}.workspace = true");
        let add = |text: &str| Some(lists::dependency(text, "[dependencies]", package, &needs));
        plan.change(folder.join("Cargo.toml"), add, "")
    }
}
