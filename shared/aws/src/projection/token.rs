//! What a command answers, so that its caller can read what it wrote.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tidings_core::{Aggregate, Version};

/// The pattern of an opaque text that is given to callers: base64url (RFC 4648, section 5).
pub const OPAQUE: &str = "^[A-Za-z0-9_-]+$";
/// Characters of an opaque text, at most: it holds ids of 255 characters, which JSON and base64 make longer.
pub const LONGEST_OPAQUE: usize = 4096;

/// Whether it can be an opaque text of this system.
pub(super) fn is_opaque(text: &str) -> bool {
    let own = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_OPAQUE).contains(&text.len()) && text.bytes().all(own)
}

/// The point in an aggregate's history that a read is to show at least. To callers it is an opaque text. One that no command has answered is
/// read too, and is of no aggregate: there is no such point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
        if !is_opaque(text) {
            return Err(NoToken);
        }
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let parts = json.and_then(|json| serde_json::from_slice(&json).ok());
        let known = |(aggregate, id, version)| Self {
            aggregate,
            id,
            version,
        };
        Ok(parts.map(known).unwrap_or_default())
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
        json_schema!({ "type": "string", "pattern": OPAQUE, "maxLength": LONGEST_OPAQUE })
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
