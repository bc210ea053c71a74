//! Secrets: with what, and where, a provider is reached. Read once, when a function starts; shown nowhere.
//!
//! `STRIPE_URL` and `STRIPE_KEY` say it for a local run, and win. Deployed, `SECRET_STRIPE` names a secret of AWS Secrets Manager that
//! holds it as JSON: `{"url": "…", "key": "…"}`. Which of the two fields a provider needs is its own business.

mod manager;

use std::fmt;

use aws_types::SdkConfig;
use secrecy::SecretString;

use crate::http::{Address, BadAddress};

/// A field of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Where the provider is.
    Url,
    /// With what it lets one in, or with what is signed what it gets.
    Key,
}

impl Field {
    const ALL: [Self; 2] = [Self::Url, Self::Key];

    /// Its name in the secret.
    const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Key => "key",
        }
    }

    /// The variable that says it for a local run.
    fn variable(self, secret: &str) -> String {
        format!("{}_{}", upper(secret), self.name().to_ascii_uppercase())
    }
}

/// What a provider wants of a secret: its name, and the fields that must be there.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// As in `Resource::Secret`.
    pub name: &'static str,
    /// What must be there. Another field may be.
    pub fields: &'static [Field],
}

/// A secret that was read. It shows nothing of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secret {
    /// Where the provider is.
    pub(crate) url: Option<SecretString>,
    /// With what it lets one in.
    pub(crate) key: Option<SecretString>,
}

impl Secret {
    /// Reads a secret. `variable` says what a variable of the environment is, if it is set. Secrets Manager is asked only where the
    /// environment does not say every field that is needed.
    ///
    /// # Errors
    /// [`NoSecret`].
    pub(crate) async fn read(
        wanted: Wanted,
        config: &SdkConfig,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<Self, NoSecret> {
        let said = |field: Field| variable(&field.variable(wanted.name)).and_then(|text| text_of(&text));
        let said = Self {
            url: said(Field::Url),
            key: said(Field::Key),
        };
        if said.lacks(wanted).is_none() {
            return Ok(said);
        }
        let Some(id) = variable(&id_variable(wanted.name)) else {
            return Err(NoSecret::NotSaid { wanted });
        };
        let kept = manager::read(config, &id)
            .await
            .map_err(|why| why.of(wanted, &id))?;
        let secret = Self {
            url: said.url.or(kept.url),
            key: said.key.or(kept.key),
        };
        match secret.lacks(wanted) {
            Some(field) => Err(manager::Why::Lacks(field).of(wanted, &id)),
            None => Ok(secret),
        }
    }

    /// Where the provider is, if it is said.
    ///
    /// # Errors
    /// When calls must not go there.
    pub(crate) fn address(&self) -> Result<Option<Address>, BadAddress> {
        self.url.as_ref().map(Address::parse).transpose()
    }

    fn lacks(&self, wanted: Wanted) -> Option<Field> {
        let is_there = |field: &Field| match field {
            Field::Url => self.url.is_some(),
            Field::Key => self.key.is_some(),
        };
        wanted.fields.iter().find(|field| !is_there(field)).copied()
    }
}

/// A field as it is meant: without the line break that a file or a shell has put behind it. None where nothing is left.
fn text_of(text: &str) -> Option<SecretString> {
    let text = text.trim();
    (!text.is_empty()).then(|| SecretString::from(text))
}

/// The variable that says which one it is in Secrets Manager.
fn id_variable(secret: &str) -> String {
    format!("SECRET_{}", upper(secret))
}

fn upper(secret: &str) -> String {
    secret.to_ascii_uppercase().replace('-', "_")
}

/// A secret cannot be had. The function does not start: nothing that it does without it would be right.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// Nobody says it, nor where it is.
    #[error(
        "the secret {} is not said: the variable {} names it in Secrets Manager where it is deployed; locally {} say it",
        .wanted.name, id_variable(.wanted.name), Variables(.wanted)
    )]
    NotSaid {
        /// Which.
        wanted: Wanted,
    },
    /// It is not there, or not what it should be.
    #[error(
        "the secret {id} {why}; make it with: aws secretsmanager create-secret --name {id} --secret-string file://{}.json, or change \
         it with: aws secretsmanager put-secret-value --secret-id {id} --secret-string file://{}.json; the file holds {}",
        .wanted.name, .wanted.name, Shape(.wanted)
    )]
    Wrong {
        /// Which secret.
        wanted: Wanted,
        /// Its name in Secrets Manager.
        id: String,
        /// What is wrong with it, without what is in it.
        why: &'static str,
    },
    /// Secrets Manager does not give it out.
    #[error("the secret {id} cannot be read: {reason}")]
    Unread {
        /// Its name in Secrets Manager.
        id: String,
        /// Why.
        reason: String,
    },
}

/// Names the variables of the needed fields.
struct Variables<'a>(&'a Wanted);

impl fmt::Display for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self
            .0
            .fields
            .iter()
            .map(|field| field.variable(self.0.name))
            .collect();
        f.write_str(&names.join(" and "))
    }
}

/// Shows what the secret should look like.
struct Shape<'a>(&'a Wanted);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self
            .0
            .fields
            .iter()
            .map(|field| format!("\"{}\":\"…\"", field.name()))
            .collect();
        write!(f, "{{{}}}", fields.join(","))
    }
}

#[cfg(test)]
mod tests;
