//! A system's source: its services and its contracts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Plan, Refused,
    deprecate::{Found, contracts},
};

/// The folder of a system's source.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
}

/// A type of event or command, as the source has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The file, from the workspace's folder.
    pub file: PathBuf,
    /// The Rust type that is its current version.
    pub rust: String,
    /// The crate that it is in, as paths write it (`storefront_contracts`).
    pub krate: String,
    /// Its current version.
    pub version: u32,
    /// Whether it has personal values.
    pub personal: bool,
}

impl Workspace {
    /// The workspace that this folder is in.
    ///
    /// # Errors
    /// There is none: no folder above has `functions` and a `Cargo.toml` of a workspace.
    pub fn around(folder: &Path) -> Result<Self, Refused> {
        let is_root = |one: &&Path| {
            let manifest = fs::read_to_string(one.join("Cargo.toml")).unwrap_or_default();
            one.join("functions").is_dir() && manifest.contains("[workspace]")
        };
        match folder.ancestors().find(is_root) {
            Some(root) => Ok(Self {
                root: root.to_owned(),
            }),
            None => Err(Refused::Missing {
                what: "workspace around",
                name: folder.display().to_string(),
                there: "none: run it in the folder of the system's source".to_owned(),
            }),
        }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn plan(&self) -> Plan {
        Plan::of(&self.root)
    }

    /// The services: crates in `functions/`.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn services(&self) -> Result<Vec<String>, Refused> {
        let mut services: Vec<_> = self
            .entries(Path::new("functions"))?
            .into_iter()
            .filter(|folder| self.root.join(folder).join("src/lib.rs").is_file())
            .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
            .collect();
        services.sort();
        Ok(services)
    }

    pub(crate) fn service(&self, name: &str) -> Result<(), Refused> {
        let services = self.services()?;
        if services.iter().any(|service| service == name) {
            return Ok(());
        }
        let there = services.join(", ");
        Err(Refused::Missing {
            what: "service",
            name: name.to_owned(),
            there,
        })
    }

    /// The type of an event or command, found by what it says of itself.
    ///
    /// # Errors
    /// No type says so.
    pub fn contract(&self, name: &str) -> Result<Contract, Refused> {
        self.found("event or command", name, |_| true)
    }

    /// The type of an event, found by what it says of itself.
    pub(crate) fn event(&self, name: &str) -> Result<Contract, Refused> {
        self.found("event", name, |found| !found.command)
    }

    fn found(
        &self,
        what: &'static str,
        name: &str,
        meant: impl Fn(&Found) -> bool,
    ) -> Result<Contract, Refused> {
        let mut known = Vec::new();
        for file in self.sources()? {
            let text = self.read(&file)?;
            for contract in contracts(&text).into_iter().filter(&meant) {
                if contract.name == name {
                    return Ok(Contract {
                        krate: self.krate(&file)?,
                        rust: contract.rust,
                        version: contract.version,
                        personal: contract.personal,
                        file,
                    });
                }
                known.push(contract.name);
            }
        }
        known.sort();
        known.dedup();
        Err(Refused::Missing {
            what,
            name: name.to_owned(),
            there: known.join(", "),
        })
    }

    /// The crate of the contracts: the one that most types are in.
    pub(crate) fn contracts_crate(&self) -> Result<PathBuf, Refused> {
        let mut counted: Vec<(usize, PathBuf)> = Vec::new();
        for file in self.sources()? {
            let found = contracts(&self.read(&file)?).len();
            let folder: PathBuf = file.iter().take(2).collect();
            match counted.iter_mut().find(|(_, known)| *known == folder) {
                Some((count, _)) => *count += found,
                None => counted.push((found, folder)),
            }
        }
        let most = counted
            .into_iter()
            .max_by_key(|(count, _)| *count)
            .filter(|(count, _)| *count > 0);
        most.map(|(_, folder)| folder).ok_or_else(|| Refused::Missing {
            what: "crate of",
            name: "contracts".to_owned(),
            there: "none in shared/".to_owned(),
        })
    }

    /// The package of a file, as paths write it.
    fn krate(&self, file: &Path) -> Result<String, Refused> {
        let folder: PathBuf = file.iter().take(2).collect();
        Ok(self.package(&folder)?.replace('-', "_"))
    }

    /// The name of the package in a folder.
    pub(crate) fn package(&self, folder: &Path) -> Result<String, Refused> {
        let manifest = folder.join("Cargo.toml");
        let text = self.read(&manifest)?;
        let name = text
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        name.map(ToOwned::to_owned).ok_or_else(|| Refused::Unexpected {
            file: manifest,
            expected: "the name of the package".to_owned(),
        })
    }

    /// The Rust files of the crates in `shared/` and `functions/`, tests left out.
    fn sources(&self) -> Result<Vec<PathBuf>, Refused> {
        let mut found = Vec::new();
        for folder in ["shared", "functions"] {
            for krate in self.entries(Path::new(folder))? {
                let source = krate.join("src");
                if self.root.join(&source).is_dir() {
                    self.rust(&source, &mut found)?;
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn rust(&self, folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Refused> {
        for entry in self.entries(folder)? {
            if self.root.join(&entry).is_dir() {
                self.rust(&entry, found)?;
            } else if entry.extension().is_some_and(|ending| ending == "rs") && !entry.ends_with("tests.rs") {
                found.push(entry);
            }
        }
        Ok(())
    }

    fn entries(&self, folder: &Path) -> Result<Vec<PathBuf>, Refused> {
        let failed = |error| Refused::Io {
            file: folder.to_owned(),
            error,
        };
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.root.join(folder)).map_err(failed)? {
            entries.push(folder.join(entry.map_err(failed)?.file_name()));
        }
        Ok(entries)
    }

    pub(crate) fn read(&self, file: &Path) -> Result<String, Refused> {
        let failed = |error| Refused::Io {
            file: file.to_owned(),
            error,
        };
        fs::read_to_string(self.root.join(file)).map_err(failed)
    }
}
