//! Exports: the catalogue in the forms that others read.
//!
//! Each is a pure function of a [`Subject`], the document with who states and who takes what. The
//! same document makes the same bytes, so an export can be compared with an earlier one.
//!
//! | [`Form`] | read by |
//! | --- | --- |
//! | [`asyncapi`] | tools of AsyncAPI 3: code generators, documentation, brokers |
//! | [`xregistry`] | registries of schemas and messages (CNCF xRegistry 1.0-rc4) |
//! | `schemas` | whoever reads or checks a message: a file a version |
//! | [`eventcatalog`] | EventCatalog, as a folder that it imports |
//! | [`api_catalog`] | whoever asks a host what it offers (RFC 9727) |
//! | [`llms`] | language models, and people on a terminal (llmstxt.org) |
//! | [`page`] | people: one HTML file that needs nothing else |

pub mod api_catalog;
pub mod asyncapi;
mod envelope;
pub mod eventcatalog;
pub mod llms;
mod names;
pub mod page;
mod subject;
pub mod xregistry;

use std::str::FromStr;

use serde_json::Value;

pub use subject::Subject;

/// A form in which the catalogue is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// AsyncAPI 3.0.
    AsyncApi,
    /// xRegistry 1.0-rc4.
    XRegistry,
    /// A folder with the schema of each version, as written.
    Schemas,
    /// A folder that EventCatalog imports.
    EventCatalog,
    /// RFC 9727.
    ApiCatalog,
    /// llmstxt.org.
    Llms,
    /// One HTML file.
    Html,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it belongs, below the folder of the export.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// A word that is no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no export called {0}; there are {all}", all = Form::ALL.map(Form::as_str).join(", "))]
pub struct NoForm(String);

impl Form {
    /// All forms.
    pub const ALL: [Self; 7] = [
        Self::AsyncApi,
        Self::XRegistry,
        Self::Schemas,
        Self::EventCatalog,
        Self::ApiCatalog,
        Self::Llms,
        Self::Html,
    ];

    /// The word for it on a command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsyncApi => "asyncapi",
            Self::XRegistry => "xregistry",
            Self::Schemas => "schemas",
            Self::EventCatalog => "eventcatalog",
            Self::ApiCatalog => "api-catalog",
            Self::Llms => "llms",
            Self::Html => "html",
        }
    }

    /// The export's files: one, unless the form is a folder.
    #[must_use]
    pub fn files(self, subject: &Subject) -> Vec<File> {
        let one = |name: &str, text: String| vec![File::new(name, text)];
        match self {
            Self::AsyncApi => one(asyncapi::FILE, json(&asyncapi::document(subject))),
            Self::XRegistry => one(xregistry::FILE, json(&xregistry::document(subject))),
            Self::Schemas => schemas(subject),
            Self::EventCatalog => eventcatalog::files(subject),
            Self::ApiCatalog => one(api_catalog::FILE, json(&api_catalog::linkset(subject, ""))),
            Self::Llms => one(llms::FILE, llms::text(subject)),
            Self::Html => one(page::FILE, page::html(subject)),
        }
    }
}

impl FromStr for Form {
    type Err = NoForm;

    fn from_str(word: &str) -> Result<Self, NoForm> {
        let named = Self::ALL.into_iter().find(|form| form.as_str() == word);
        named.ok_or_else(|| NoForm(word.to_owned()))
    }
}

/// The schemas, where a local run and a deployed bucket serve them.
fn schemas(subject: &Subject) -> Vec<File> {
    let versions = subject.contracts().iter().flat_map(|contract| {
        let versions = contract.versions.iter();
        versions.filter_map(move |version| Some((contract, version.version, version.written.as_ref()?)))
    });
    let files = versions.map(|(contract, version, written)| {
        let path = names::schema_path(&contract.name, version);
        File::new(path.trim_start_matches('/'), json(written))
    });
    files.collect()
}

/// JSON for people: indented, and ended by a line break.
fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_called_by_its_word_and_a_wrong_one_hears_which_there_are() {
        for form in Form::ALL {
            assert_eq!(form.as_str().parse(), Ok(form));
        }
        let wrong = "openapi".parse::<Form>().unwrap_err().to_string();
        assert!(
            wrong.contains("openapi") && wrong.contains("asyncapi, xregistry"),
            "{wrong}"
        );
    }

    #[test]
    fn the_same_document_makes_the_same_bytes() {
        for form in Form::ALL {
            let made = || {
                let document = subject::tests::document();
                form.files(&Subject::of(&document, "1.0.0"))
            };
            assert_eq!(made(), made(), "{}", form.as_str());
        }
    }
}
