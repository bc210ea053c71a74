//! A new consumer: its file with a test, its main, and its line in the service's list.

use std::path::{Path, PathBuf};

use crate::{Plan, Refused, Workspace, lists, names, plan::filled};

/// What it promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// A pure decision, which commits with the record.
    Transactional,
    /// It reaches outside, under a lease.
    Leased,
}

/// A consumer that is to be made.
#[derive(Debug, Clone)]
pub struct NewConsumer<'a> {
    /// Its name (`count-invoices`).
    pub name: &'a str,
    /// The service that it belongs to.
    pub service: &'a str,
    /// The type of the events, or of the command, that it takes.
    pub takes: &'a str,
    /// What it promises.
    pub guarantee: Guarantee,
}

impl NewConsumer<'_> {
    /// What is to be made and changed.
    ///
    /// # Errors
    /// The name is none, is taken, or the service or the event is not there.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        names::kebab("a consumer", self.name)?;
        workspace.service(self.service)?;
        let event = workspace.contract(self.takes)?;
        let (module, rust) = (names::module(self.name), names::type_name(self.name));
        let folder = PathBuf::from("functions").join(self.service);
        let (template, uses): (_, &[&str]) = match self.guarantee {
            Guarantee::Transactional => (include_str!("../templates/transactional.rs"), &["serde_json"]),
            Guarantee::Leased => (include_str!("../templates/leased.rs"), &["tracing"]),
        };
        let values = [
            ("name", self.name),
            ("service", &self.service.replace('-', "_")),
            ("module", &module),
            ("struct", &rust),
            ("event", self.takes),
            ("rust", &event.rust),
            ("krate", &event.krate),
            ("version", &event.version.to_string()),
            ("words", &names::words(self.name)),
        ];
        let mut plan = workspace.plan();
        plan.make(folder.join(format!("src/{module}.rs")), filled(template, &values))?;
        let main = filled(include_str!("../templates/consumer_main.rs"), &values);
        plan.make(folder.join(format!("src/bin/{}.rs", self.name)), main)?;
        list(&mut plan, &folder, &module, &rust)?;
        let krate = event.krate.replace('_', "-");
        let needs: Vec<_> = ["tidings-core", krate.as_str()]
            .iter()
            .chain(uses)
            .copied()
            .collect();
        manifest(&mut plan, &folder, &needs)?;
        Ok(plan)
    }
}

/// Names the module in the service's library, and the function in its list.
fn list(plan: &mut Plan, folder: &Path, module: &str, rust: &str) -> Result<(), Refused> {
    let library = folder.join("src/lib.rs");
    let line = format!("pub mod {module};");
    let named = |text: &str| {
        lists::among(text, "pub mod ", &line).or_else(|| {
            text.split_once("\nuse ")
                .map(|(head, rest)| format!("{head}\n{line}\n\npub use {module}::{rust};\n\nuse {rest}"))
        })
    };
    plan.change(&library, named, "a line `pub mod …` or `use …`")?;
    let exported = format!("pub use {module}::{rust};");
    let with =
        |text: &str| Some(lists::among(text, "pub use ", &exported).unwrap_or_else(|| text.to_owned()));
    plan.change(&library, with, "")?;
    let call = format!(".consumer({module}::function())");
    let listed = |text: &str| lists::in_chain(text, "Service::new(SERVICE)", ".consumer(", &call);
    plan.change(
        &library,
        listed,
        "the list of what the service consists of (`Service::new(SERVICE)`)",
    )
}

/// What the new file and its test need of the service's manifest.
fn manifest(plan: &mut Plan, folder: &Path, needs: &[&str]) -> Result<(), Refused> {
    let add = |text: &str| {
        let to = |part: &'static str| {
            move |text: String, name: &&str| {
                lists::dependency(&text, part, name, &format!("{name}.workspace = true"))
            }
        };
        let text = needs.iter().fold(text.to_owned(), to("[dependencies]"));
        let tests = ["tidings-testkit", "tokio"];
        Some(tests.iter().fold(text, to("[dev-dependencies]")))
    };
    plan.change(folder.join("Cargo.toml"), add, "")
}

#[cfg(test)]
mod tests;
