//! A new service: a crate in `functions/`, and its line in the list of the system.

use std::path::PathBuf;

use crate::{Plan, Refused, Workspace, lists, names, plan::filled};

/// A service that is to be made.
#[derive(Debug, Clone)]
pub struct NewService<'a> {
    /// Its name (`gift-cards`).
    pub name: &'a str,
}

/// The command line, which lists the services of the system.
const TOOL: &str = "tools/tidings";

impl NewService<'_> {
    /// What is to be made and changed.
    ///
    /// # Errors
    /// The name is none, or is taken.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        names::kebab("a service", self.name)?;
        let folder = PathBuf::from("functions").join(self.name);
        let values = [("service", self.name)];
        let mut plan = workspace.plan();
        plan.make(
            folder.join("Cargo.toml"),
            filled(include_str!("../templates/service.toml"), &values),
        )?;
        plan.make(
            folder.join("src/lib.rs"),
            filled(include_str!("../templates/service.rs"), &values),
        )?;

        let path = format!("{0} = {{ path = \"functions/{0}\" }}", self.name);
        let known = |text: &str| {
            Some(lists::dependency_beside(
                text,
                "path = \"functions/",
                self.name,
                &path,
            ))
        };
        plan.change("Cargo.toml", known, "")?;
        let needs = format!("{}.workspace = true", self.name);
        let tool = |text: &str| Some(lists::dependency(text, "[dependencies]", self.name, &needs));
        plan.change(PathBuf::from(TOOL).join("Cargo.toml"), tool, "")?;
        let call = format!(".service({}::service())", names::module(self.name));
        let listed = |text: &str| lists::in_chain(text, "System::new(", ".service(", &call);
        let list = PathBuf::from(TOOL).join("src/system.rs");
        plan.change(list, listed, "the list of services (`System::new(…)`)")?;
        Ok(plan)
    }
}
