//! Where schemas are served, told on the way out.
//!
//! An event that is kept has its schema's *name* (`urn:tidings:order.placed:v2`), which never
//! changes. Where the schema is served belongs to who publishes and to today, so the *address*
//! takes the name's place when a message goes out.

use std::sync::Arc;

use async_trait::async_trait;

use super::schema::urn;
use crate::{
    Envelope,
    ports::{Publish, Replied, Reply, SendCommand, TransportError},
};

/// Where the schemas are served: an absolute URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schemas(String);

impl Schemas {
    /// At this URL: `<url>/<type>/v<version>.json`.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        let mut url = url.into();
        url.truncate(url.trim_end_matches('/').len());
        Self(url)
    }

    /// The address of a version's schema, as its producers write it.
    #[must_use]
    pub fn address(&self, name: &str, version: u32) -> String {
        format!("{}/{name}/v{version}.json", self.0)
    }

    /// The message with the address of its schema in place of the name. One that says something
    /// else of its schema goes out as it is.
    #[must_use]
    pub fn told(&self, message: &Envelope) -> Envelope {
        let named = urn(&message.event_type, message.schemaversion);
        let address = self.address(&message.event_type, message.schemaversion);
        message
            .clone()
            .with(|attributes| match &mut attributes.dataschema {
                Some(schema) if *schema == named => *schema = address,
                _ => {}
            })
    }
}

/// A way out on which messages are told where their schemas are; the same way without it, where
/// nobody serves them.
pub struct Addressed<W: ?Sized> {
    way: Arc<W>,
    schemas: Option<Schemas>,
}

impl<W: ?Sized> Addressed<W> {
    /// This way, with these addresses.
    #[must_use]
    pub fn new(way: Arc<W>, schemas: Option<Schemas>) -> Self {
        Self { way, schemas }
    }

    fn told(&self, message: &Envelope) -> Option<Envelope> {
        Some(self.schemas.as_ref()?.told(message))
    }
}

#[async_trait]
impl<W: Publish + ?Sized> Publish for Addressed<W> {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let told: Option<Vec<_>> = events.iter().map(|event| self.told(event)).collect();
        self.way.publish(told.as_deref().unwrap_or(events)).await
    }
}

#[async_trait]
impl<W: SendCommand + ?Sized> SendCommand for Addressed<W> {
    async fn send(&self, command: &Envelope) -> Result<(), TransportError> {
        let told = self.told(command);
        self.way.send(told.as_ref().unwrap_or(command)).await
    }
}

#[async_trait]
impl<W: Reply + ?Sized> Reply for Addressed<W> {
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError> {
        let told = self.told(answer);
        self.way.reply(queue, told.as_ref().unwrap_or(answer)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(schema: &str) -> Envelope {
        let text = format!(
            r#"{{"specversion":"1.0","id":"1","source":"/s","type":"order.placed","schemaversion":2,"dataschema":"{schema}","data":{{}}}}"#
        );
        Envelope::parse(&text).unwrap()
    }

    #[test]
    fn the_address_takes_the_place_of_the_name_and_of_nothing_else() {
        let schemas = Schemas::at("https://shop.example/schemas/");
        let address = "https://shop.example/schemas/order.placed/v2.json";
        for (schema, told) in [
            ("urn:tidings:order.placed:v2", address),
            (address, address),
            ("urn:tidings:order.placed:v1", "urn:tidings:order.placed:v1"),
            ("https://other.example/s", "https://other.example/s"),
        ] {
            let kept = message(schema);
            let sent = schemas.told(&kept);
            assert_eq!(sent.dataschema.as_deref(), Some(told));
            assert_eq!((sent.data(), sent.key()), (kept.data(), kept.key()));
        }
    }
}
