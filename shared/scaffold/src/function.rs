//! What every new function has: its file, its main, its lines in its service, and what these need of the service's manifest.

use std::path::{Path, PathBuf};

use crate::{Contract, Plan, Refused, Workspace, lists, names, plan::filled};

/// A function that is to be made.
pub(crate) struct NewFunction<'a> {
    /// Its name (`count-invoices`).
    pub name: &'a str,
    /// The service that it belongs to.
    pub service: &'a str,
    /// The event or command that it is about, by its type.
    pub about: &'a str,
    /// The same, as the source has it.
    pub contract: &'a Contract,
    /// Which sort of function it is.
    pub sort: Sort,
    /// The template of its file.
    pub template: &'static str,
    /// What this template has filled in besides what every one has.
    pub values: &'a [(&'a str, &'a str)],
    /// The crates that its file uses besides those that every function uses.
    pub uses: &'static [&'static str],
}

/// A sort of function, as the source calls it.
pub(crate) struct Sort {
    /// The call that lists it in its service (`.consumer(`).
    pub listed: &'static str,
    /// The function of `tidings_lambda` that runs it.
    pub runs: &'static str,
}

impl NewFunction<'_> {
    /// What is to be made and changed.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        let (module, rust) = (names::module(self.name), names::type_name(self.name));
        let folder = PathBuf::from("functions").join(self.service);
        let (service, version) = (names::module(self.service), self.contract.version.to_string());
        let values = [
            ("name", self.name),
            ("service", &service),
            ("module", &module),
            ("struct", &rust),
            ("event", self.about),
            ("rust", &self.contract.rust),
            ("krate", &self.contract.krate),
            ("version", &version),
            ("words", &names::words(self.name)),
            ("runs", self.sort.runs),
        ];
        let values = [&values, self.values].concat();
        let mut plan = workspace.plan();
        plan.make(
            folder.join(format!("src/{module}.rs")),
            filled(self.template, &values),
        )?;
        let main = filled(include_str!("../templates/main.rs"), &values);
        plan.make(folder.join(format!("src/bin/{}.rs", self.name)), main)?;
        list(&mut plan, &folder, self.sort.listed, &module, &rust)?;
        let krate = self.contract.krate.replace('_', "-");
        let needs: Vec<_> = ["tidings-core", "tidings-lambda", krate.as_str()]
            .iter()
            .chain(self.uses)
            .copied()
            .collect();
        manifest(&mut plan, &folder, &needs)?;
        Ok(plan)
    }
}

/// Names the module in the service's library, and the function in its list.
fn list(plan: &mut Plan, folder: &Path, kind: &str, module: &str, rust: &str) -> Result<(), Refused> {
    let library = folder.join("src/lib.rs");
    let line = format!("pub mod {module};");
    let named = |text: &str| {
        lists::among(text, &["pub mod ", "mod "], &line).or_else(|| {
            text.split_once("\nuse ")
                .map(|(head, rest)| format!("{head}\n{line}\n\npub use {module}::{rust};\n\nuse {rest}"))
        })
    };
    plan.change(&library, named, "a line `pub mod …` or `use …`")?;
    let exported = format!("pub use {module}::{rust};");
    let with =
        |text: &str| Some(lists::among(text, &["pub use "], &exported).unwrap_or_else(|| text.to_owned()));
    plan.change(&library, with, "")?;
    let call = format!("{kind}{module}::function())");
    let listed = |text: &str| lists::in_chain(text, "Service::new(SERVICE)", kind, &call);
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
