//! A secret in Secrets Manager.

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use aws_types::SdkConfig;
use serde_json::{Map, Value};
use tidings_core::Failure;

use super::{Field, NoSecret, Secret, Wanted};

/// Why a secret is of no use.
pub(super) enum Why {
    Missing,
    NoJson,
    NoFields,
    Unknown,
    Lacks(Field),
    Unread(String),
}

impl Why {
    pub(super) fn of(self, wanted: Wanted, id: &str) -> NoSecret {
        let id = id.to_owned();
        let why = match self {
            Self::Missing => "is not there",
            Self::NoJson => "is no JSON object",
            Self::NoFields => "has a field that is no text, or an empty one",
            Self::Unknown => "has a field that is neither \"url\" nor \"key\"",
            Self::Lacks(Field::Url) => "has no field \"url\"",
            Self::Lacks(Field::Key) => "has no field \"key\"",
            Self::Unread(reason) => return NoSecret::Unread { id, reason },
        };
        NoSecret::Wrong { wanted, id, why }
    }
}

/// Reads the current version. What passes by itself is tried again by the client.
pub(super) async fn read(config: &SdkConfig, id: &str) -> Result<Secret, Why> {
    let get = Client::new(config).get_secret_value().secret_id(id);
    let got = get.send().await.map_err(|error| match error.as_service_error() {
        Some(GetSecretValueError::ResourceNotFoundException(_)) => Why::Missing,
        _ => Why::Unread(Failure::from(error).reason().to_owned()),
    })?;
    parse(&got.secret_string.unwrap_or_default())
}

/// Reads the text. An error of the JSON reader is not told: it can quote what it does not understand.
fn parse(text: &str) -> Result<Secret, Why> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(|_| Why::NoJson)?;
    let mut take = |field: Field| match fields.remove(field.name()) {
        None => Ok(None),
        Some(Value::String(text)) => super::text_of(&text).map(Some).ok_or(Why::NoFields),
        Some(_) => Err(Why::NoFields),
    };
    let [url, key] = Field::ALL.map(&mut take);
    let secret = Secret { url: url?, key: key? };
    // Who misspells a field wants to know.
    if fields.is_empty() {
        Ok(secret)
    } else {
        Err(Why::Unknown)
    }
}
