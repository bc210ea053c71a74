//! How many contracts are as they were.

use std::fmt;

use serde::Serialize;

use super::{Catalogue, Contract};
use crate::dialect::without_annotations;

/// Contracts, by what became of them since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Their versions, and what is written of each, are as they were.
    pub unchanged: usize,
    /// A version is new, gone or another one.
    pub changed: usize,
    /// There was no such type.
    pub new: usize,
    /// There is no such type any more.
    pub gone: usize,
}

impl Looked {
    pub(super) fn at(then: &Catalogue, now: &Catalogue) -> Self {
        let mut looked = Self::default();
        for contract in &now.contracts {
            match then.contract(&contract.name) {
                None => looked.new += 1,
                Some(before) if same(before, contract) => looked.unchanged += 1,
                Some(_) => looked.changed += 1,
            }
        }
        let there = |contract: &&Contract| now.contract(&contract.name).is_none();
        looked.gone = then.contracts.iter().filter(there).count();
        looked
    }
}

fn same(then: &Contract, now: &Contract) -> bool {
    let known = |one: &super::Version| {
        then.version(one.version).is_some_and(|before| {
            before.min_reader == one.min_reader
                && without_annotations(&before.written) == without_annotations(&one.written)
        })
    };
    then.versions.len() == now.versions.len() && now.versions.iter().all(known)
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} contracts unchanged, {} changed",
            self.unchanged, self.changed
        )?;
        for (number, word) in [(self.new, "new"), (self.gone, "gone")] {
            if number > 0 {
                write!(f, ", {number} {word}")?;
            }
        }
        Ok(())
    }
}
