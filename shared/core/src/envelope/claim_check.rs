//! Claim check: data that is too large to travel is kept elsewhere, and the event says where (CloudEvents extension
//! `dataref`: <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md>).

use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Attributes, Envelope};

/// The namespace of the names of kept data (UUID version 5, RFC 9562 section 5.5).
const KEPT: Uuid = Uuid::from_u128(0x7469_6469_6e67_7380_8000_6461_7461_7265);
/// Characters of a source, and of an id, that a key shows: a key is short enough for a file name.
const SHOWN: usize = 80;

impl Envelope {
    /// Whether the data is elsewhere: there is a `dataref` and no data. Where both are there, the data counts.
    #[must_use]
    pub fn is_light(&self) -> bool {
        self.dataref.is_some() && self.data.get() == RawValue::NULL.get()
    }

    /// The key under which this event's data is kept. It names the event and stands for every byte of the data: a repeat
    /// writes the same bytes to the same place, and one that decides otherwise leaves what an earlier one has published.
    /// Letters, digits, `-`, `_`, `.` and `/`, which no store escapes (AWS: S3, object key names).
    #[must_use]
    pub fn claim_key(&self) -> String {
        let name = format!("{}\n{}", self.key(), self.data());
        let digest = Uuid::new_v5(&KEPT, name.as_bytes());
        format!("{}/{}/{digest}", shown(&self.source), shown(&self.id))
    }

    /// This event without its data, which is at `dataref`.
    #[must_use]
    pub fn lightened(&self, dataref: String) -> Self {
        let attributes = Attributes {
            dataref: Some(dataref),
            ..self.attributes.clone()
        };
        Self::new(attributes, RawValue::NULL.to_owned())
    }

    /// This event with its data, as it was collected. The `dataref` stays.
    ///
    /// # Errors
    /// When the text is no JSON.
    pub fn with_data(self, data: String) -> Result<Self, serde_json::Error> {
        Ok(Self::new(self.attributes, RawValue::from_string(data)?))
    }

    /// This event as it was before it was [`lightened`](Self::lightened): with its data, and without the `dataref`. For who keeps data himself, at
    /// a place that means nothing to others.
    ///
    /// # Errors
    /// When the text is no JSON.
    pub fn restored(self, data: String) -> Result<Self, serde_json::Error> {
        let whole = self.with_data(data)?;
        Ok(whole.with(|attributes| attributes.dataref = None))
    }
}

/// What can stand in a key of this text. What it loses the digest makes up for.
fn shown(text: &str) -> String {
    let text = text.trim_matches('/').chars().take(SHOWN);
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let shown: String = text.map(|c| if safe(c) { c } else { '_' }).collect();
    // `.` and `..` are steps of a path, to those who resolve it.
    match shown.trim_matches('.') {
        "" => "_".to_owned(),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, source: &str, data: &str) -> Envelope {
        let text =
            format!(r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"t","data":{data}}}"#);
        Envelope::parse(&text).unwrap()
    }

    #[test]
    fn a_lightened_event_says_where_its_data_is_and_gets_it_back() {
        let full = event("1", "/orders", r#"{"a":1}"#);
        let light = full.lightened("s3://bucket/key".to_owned());
        assert!(light.is_light() && !full.is_light());
        let text = light.to_json();
        assert!(!text.contains("\"data\""), "{text}");
        let read = Envelope::parse(&text).unwrap();
        assert_eq!(read.dataref.as_deref(), Some("s3://bucket/key"));
        assert!(read.is_light());
        let whole = read.with_data(r#"{"a":1}"#.to_owned()).unwrap();
        assert_eq!((whole.data(), whole.is_light()), (full.data(), false));
        assert_eq!(whole.dataref.as_deref(), Some("s3://bucket/key"));
        assert_eq!(Envelope::parse(&whole.to_json()).unwrap(), whole);
        assert_eq!(light.clone().restored(r#"{"a":1}"#.to_owned()).unwrap(), full);
        assert!(light.with_data("{".to_owned()).is_err());
    }

    #[test]
    fn a_key_is_the_same_for_the_same_event_and_bytes_and_another_for_any_other() {
        let key = |id: &str, source: &str, data: &str| event(id, source, data).claim_key();
        assert_eq!(key("1", "/orders", "{}"), key("1", "/orders", "{}"));
        let all = [
            key("1", "/orders", "{}"),
            key("1", "/orders", "[]"),
            key("2", "/orders", "{}"),
            key("1", "/orders?", "{}"),
            key("1", "/orders!", "{}"),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }

    #[test]
    fn a_key_is_short_and_of_characters_that_no_store_escapes() {
        let key = event("../..", &format!("https://ü/{}", "x".repeat(3000)), "{}").claim_key();
        assert!(key.starts_with("https_____xxx"), "{key}");
        assert!(key.len() < 255);
        assert!(
            key.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)),
            "{key}"
        );
        let key = event("..", "/orders", "{}").claim_key();
        assert!(key.starts_with("orders/_/"), "{key}");
    }
}
