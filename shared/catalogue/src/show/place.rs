//! Tables and services, shown.

use serde::Serialize;

use crate::{
    document::{Document, Table},
    list::{Kind, Line},
    thing::Thing,
};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownTable {
    /// `table`.
    pub kind: &'static str,
    /// What it is.
    #[serde(flatten)]
    pub table: Table,
    /// The functions that touch it.
    pub users: Vec<ShownUser>,
}

/// A function that touches a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownUser {
    /// The function.
    pub name: String,
    /// What calls it.
    pub role: &'static str,
    /// Its service.
    pub service: String,
    /// How it touches the table.
    pub access: &'static str,
}

impl ShownTable {
    /// A table of this document.
    pub(super) fn of(document: &Document, table: &Table) -> Self {
        let users = document
            .users(&table.name)
            .map(|(role, function, access)| ShownUser {
                name: function.name().to_owned(),
                role: role.as_str(),
                service: function.service().to_owned(),
                access: access.as_str(),
            });
        Self {
            kind: "table",
            table: table.clone(),
            users: users.collect(),
        }
    }
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownService {
    /// `service`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it owns, a line each.
    pub owns: Vec<Line>,
}

impl ShownService {
    /// A service of this document.
    pub(super) fn of(document: &Document, name: &str) -> Self {
        let functions = document.functions().map(|(role, one)| Thing::Function(role, one));
        let listed = document.list(&[Kind::Events, Kind::Commands, Kind::Tables]).0;
        let functions = functions.map(|thing| Line::of(document, &thing));
        let all = listed.into_iter().chain(functions);
        let owns = all.filter(|line| line.service.as_deref() == Some(name));
        Self {
            kind: "service",
            name: name.to_owned(),
            owns: owns.collect(),
        }
    }
}
