//! What a command answers, so that its caller can read what it wrote.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tidings_core::{Aggregate, Version};

/// The point in an aggregate's history that a read is to show at least. To callers it is an opaque text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadToken {
    aggregate: String,
    id: String,
    version: Version,
}

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no token that a command has answered")]
pub struct NoToken;

impl ReadToken {
    /// The point at which the aggregate `id` has `version` events.
    #[must_use]
    pub fn of<A: Aggregate>(id: impl Into<String>, version: Version) -> Self {
        Self {
            aggregate: A::TYPE.to_owned(),
            id: id.into(),
            version,
        }
    }

    /// The id of the aggregate, where it is one of type `A`.
    #[must_use]
    pub fn id_of<A: Aggregate>(&self) -> Option<&str> {
        (self.aggregate == A::TYPE).then_some(self.id.as_str())
    }

    /// How many events are to be seen.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }
}

impl fmt::Display for ReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = (&self.aggregate, &self.id, self.version);
        let json = serde_json::to_vec(&parts).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

impl std::str::FromStr for ReadToken {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| NoToken)?;
        let (aggregate, id, version) = serde_json::from_slice(&json).map_err(|_| NoToken)?;
        Ok(Self {
            aggregate,
            id,
            version,
        })
    }
}

impl JsonSchema for ReadToken {
    fn schema_name() -> Cow<'static, str> {
        "ReadToken".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl Serialize for ReadToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReadToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
