//! A new publisher: an HTTP endpoint that states an event, with a test, its main, and its line in the service's list.

use crate::{
    Plan, Refused, Workspace,
    function::{NewFunction, Sort},
    names,
};

/// A publisher that is to be made.
#[derive(Debug, Clone)]
pub struct NewPublisher<'a> {
    /// Its name (`report-parcel`).
    pub name: &'a str,
    /// The service that it belongs to.
    pub service: &'a str,
    /// The type of the event that it states.
    pub states: &'a str,
}

const PUBLISHER: Sort = Sort {
    listed: ".publisher(",
    runs: "endpoint",
};

impl NewPublisher<'_> {
    /// What is to be made and changed.
    ///
    /// # Errors
    /// The name is none, is taken, or the service or the event is not there; or it is a command, which is sent and not stated.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        names::kebab("a publisher", self.name)?;
        workspace.service(self.service)?;
        let event = workspace.event(self.states)?;
        // What the event says of a person is sealed with their key, which the function must be allowed to use.
        let (personal, opened) = match event.personal {
            true => (
                "\n        Resource::Personal(Access::Write),",
                "\n        let event = bench.keyring().open(event).await.unwrap();",
            ),
            false => ("", ""),
        };
        NewFunction {
            name: self.name,
            service: self.service,
            about: self.states,
            contract: &event,
            sort: PUBLISHER,
            template: include_str!("../templates/publisher.rs"),
            values: &[("personal", personal), ("opened", opened)],
            uses: &["schemars", "serde", "serde_json"],
        }
        .plan(workspace)
    }
}

#[cfg(test)]
mod tests;
