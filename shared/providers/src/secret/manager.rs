//! A secret in Secrets Manager.

use std::time::Duration;

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::get_secret_value::GetSecretValueError,
};
use aws_types::SdkConfig;
use serde_json::{Map, Value};
use tidings_core::Failure;
use tracing::warn;

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

/// How AWS says that an account asks for too much at once (AWS: Secrets Manager API reference,
/// common error types).
const THROTTLED: [&str; 4] = [
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
];
/// The longest first pause, and the longest of all. What is between them doubles.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// After so many refusals somebody has to look: with the pauses, a minute and a half on average,
/// longer than Lambda waits for a function that starts.
const MOST_REFUSALS: u32 = 40;

/// Reads the current version. What passes by itself is tried again by the client. When an account
/// is throttled, all the environments of a flash crowd are, and they come back at times of their
/// own choosing: a pause is anything up to its bound.
pub(super) async fn read(config: &SdkConfig, id: &str) -> Result<Secret, Why> {
    let get = Client::new(config).get_secret_value().secret_id(id);
    let mut refused = 0;
    let got = loop {
        let error = match get.clone().send().await {
            Ok(got) => break got,
            Err(error) => error,
        };
        if !is_throttled(&error) || refused == MOST_REFUSALS {
            return Err(match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Why::Missing,
                _ => Why::Unread(Failure::from(error).reason().to_owned()),
            });
        }
        let pause = bound(refused).mul_f64(fastrand::f64());
        refused += 1;
        warn!(secret = id, refused, pause = ?pause, "Secrets Manager throttles; asked again");
        tokio::time::sleep(pause).await;
    };
    parse(&got.secret_string.unwrap_or_default())
}

fn is_throttled(error: &SdkError<GetSecretValueError>) -> bool {
    error.code().is_some_and(|code| THROTTLED.contains(&code))
}

/// The longest pause after so many refusals before it.
fn bound(refused: u32) -> Duration {
    let [first, longest] = PAUSES;
    first
        .saturating_mul(1_u32.checked_shl(refused).unwrap_or(u32::MAX))
        .min(longest)
}

/// Reads the text. An error of the JSON reader is not told: it can quote what it does not
/// understand.
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
