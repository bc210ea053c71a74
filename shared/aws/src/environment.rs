//! What a function is told by its environment variables, which the infrastructure sets from the catalogue.

use std::{collections::HashMap, env};

use tidings_core::{
    catalogue::{Resource, Table},
    contract::Schemas,
};

/// A variable that a function needs is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set; the infrastructure sets it, and `make watch` does locally")]
pub struct ConfigError(pub String);

/// Reads a variable; empty counts as not set.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads a variable that must be set.
///
/// # Errors
/// [`ConfigError`], which names it.
pub fn required(name: &str) -> Result<String, ConfigError> {
    optional(name).ok_or_else(|| ConfigError(name.to_owned()))
}

/// Where schemas are served: `SCHEMAS_URL`, which the infrastructure sets for what sends messages. Without it, messages have the names of their schemas.
#[must_use]
pub fn schemas() -> Option<Schemas> {
    optional("SCHEMAS_URL").map(Schemas::at)
}

/// Where the tables of the catalogue really are: a table's name in the system to its name in the account.
#[derive(Debug, Clone, Default)]
pub struct TableNames(HashMap<&'static str, String>);

impl TableNames {
    /// Reads `TABLE_<NAME>` for every table among `uses`.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable that is not set.
    pub fn from_environment(uses: &[Resource]) -> Result<Self, ConfigError> {
        tables(uses)
            .map(|table| Ok((table.name, required(&variable(table))?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Names every table among `uses` as `TABLE_<NAME>` says, and by `name` where the variable is not set.
    #[must_use]
    pub fn from_environment_or(uses: &[Resource], name: impl Fn(&Table) -> String) -> Self {
        Self::new(tables(uses).map(|table| {
            let said = optional(&variable(table));
            (table.name, said.unwrap_or_else(|| name(table)))
        }))
    }

    /// Of these, those that are among `uses`.
    #[must_use]
    pub fn only(&self, uses: &[Resource]) -> Self {
        let names = tables(uses).filter_map(|table| Some((table.name, self.0.get(table.name)?.clone())));
        Self(names.collect())
    }

    /// The tables among `uses`, under their own names, as a local run has them.
    #[must_use]
    pub fn as_declared(uses: &[Resource]) -> Self {
        Self::new(tables(uses).map(|table| (table.name, table.name.to_owned())))
    }

    /// Names the tables explicitly.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// The real names of all tables.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// The real name of a table.
    ///
    /// # Errors
    /// [`ConfigError`] when the function has not declared that it uses the table.
    pub fn get(&self, table: &str) -> Result<&str, ConfigError> {
        self.0
            .get(table)
            .map(String::as_str)
            .ok_or_else(|| ConfigError(variable_of(table)))
    }
}

fn tables(uses: &[Resource]) -> impl Iterator<Item = &'static Table> {
    uses.iter().filter_map(Resource::table)
}

fn variable(table: &Table) -> String {
    variable_of(table.name)
}

fn variable_of(table: &str) -> String {
    format!("TABLE_{}", table.to_ascii_uppercase().replace('-', "_"))
}
