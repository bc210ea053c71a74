//! A new consumer: its file with a test, its main, and its line in the service's list.

use crate::{
    Plan, Refused, Workspace,
    function::{NewFunction, Sort},
    names,
};

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

const CONSUMER: Sort = Sort {
    listed: ".consumer(",
    runs: "consumer",
};

impl NewConsumer<'_> {
    /// What is to be made and changed.
    ///
    /// # Errors
    /// The name is none, is taken, or the service or the event is not there.
    pub fn plan(&self, workspace: &Workspace) -> Result<Plan, Refused> {
        names::kebab("a consumer", self.name)?;
        workspace.service(self.service)?;
        let (template, uses): (_, &[&str]) = match self.guarantee {
            Guarantee::Transactional => (include_str!("../templates/transactional.rs"), &["serde_json"]),
            Guarantee::Leased => (include_str!("../templates/leased.rs"), &["tracing"]),
        };
        NewFunction {
            name: self.name,
            service: self.service,
            about: self.takes,
            contract: &workspace.contract(self.takes)?,
            sort: CONSUMER,
            template,
            values: &[],
            uses,
        }
        .plan(workspace)
    }
}

#[cfg(test)]
mod tests;
