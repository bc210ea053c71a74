//! Writing the structured-mode JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Envelope, Extension};

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let a = &self.attributes;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("id", &a.id)?;
        map.serialize_entry("source", &a.source)?;
        map.serialize_entry("type", &a.event_type)?;
        let mut optional = |name: &str, value: Option<&str>| match value {
            Some(value) => map.serialize_entry(name, value),
            None => Ok(()),
        };
        optional("time", a.time.map(|time| time.to_string()).as_deref())?;
        optional("subject", a.subject.as_deref())?;
        optional("datacontenttype", a.datacontenttype.as_deref())?;
        optional("dataschema", a.dataschema.as_deref())?;
        optional("dataref", a.dataref.as_deref())?;
        optional("aggregatetype", a.aggregatetype.as_deref())?;
        optional("correlationid", a.correlationid.as_deref())?;
        optional("causationid", a.causationid.as_deref())?;
        optional("traceparent", a.traceparent.as_deref())?;
        optional("actorid", a.actor.id.as_deref())?;
        optional("actorip", a.actor.ip.as_deref())?;
        optional("actoragent", a.actor.agent.as_deref())?;
        if let Some(version) = a.aggregateversion {
            map.serialize_entry("aggregateversion", &version)?;
        }
        map.serialize_entry("schemaversion", &a.schemaversion)?;
        map.serialize_entry("minreader", &a.minreader)?;
        map.serialize_entry("hops", &a.hops)?;
        for (name, value) in &a.extensions {
            map.serialize_entry(name, value)?;
        }
        if !self.is_light() {
            map.serialize_entry("data", &self.data)?;
        }
        map.end()
    }
}

impl Serialize for Extension {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i32(*value),
            Self::String(value) => serializer.serialize_str(value),
        }
    }
}
