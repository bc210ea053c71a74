//! Functions that answer HTTP requests, and what they declare: what they read and answer is said once, as types, and both the handler and its
//! description are bound to it.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Resource, Settings};
use crate::EventType;

/// A function that answers HTTP requests: a publisher, which turns a request into events, or a query, which changes nothing.
pub trait Endpoint: Send + Sync + 'static {
    /// The function's name, a command (`place-order`, `get-order`): file, binary and function.
    const NAME: &'static str;
    /// The service that owns it: the name of its crate.
    const SERVICE: &'static str;
    /// What it does, in a sentence, for those who call it.
    const SUMMARY: &'static str;
    /// The HTTP method.
    const METHOD: &'static str;
    /// The path, with its parameters in braces (`/orders/{id}`). A deployed function has a URL of its own, and takes the path behind it.
    const PATH: &'static str;
    /// The status of an answer that is no problem.
    const STATUS: u16 = 200;
    /// Whether its requests have an `Idempotency-Key`.
    const KEY: IdempotencyKey = IdempotencyKey::Ignored;
    /// Whom whoever deploys is to let call it.
    const CALLERS: Callers = Callers::Customers;
    /// Where a caller can go on from its answer.
    const LINKS: &'static [Link] = &[];
    /// The headers that it reads besides. None of them is required.
    const HEADERS: &'static [Header] = &[];
    /// Time-out and memory.
    const SETTINGS: Settings = Settings::DEFAULT;
    /// What the function may touch. Events are written into a table, and a relay publishes them from there.
    const USES: &'static [Resource] = &[];
    /// The events that it publishes; a query has none.
    const PUBLISHES: &'static [EventType] = &[];

    /// What the body of a request holds, as JSON; `()` where there is none.
    type Body: DeserializeOwned + JsonSchema;
    /// The parameters of the query string, a field each; `()` where there are none.
    type Query: DeserializeOwned + JsonSchema;
    /// What is answered, as JSON.
    type Answer: Serialize + JsonSchema;
}

/// A way from the answer of one endpoint to another (OpenAPI 3.1.1, "Link Object").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The name of the endpoint that it leads to.
    pub to: &'static str,
    /// The parameters that it is asked with, each with where its value stands: in the request (`$request.path.id`) or in the answer
    /// (`$response.body#/orderId`; OpenAPI 3.1.1, "Runtime Expressions").
    pub with: &'static [(&'static str, &'static str)],
}

impl Link {
    /// A way to this endpoint, with these parameters.
    #[must_use]
    pub const fn to(endpoint: &'static str, with: &'static [(&'static str, &'static str)]) -> Self {
        Self { to: endpoint, with }
    }
}

/// What an endpoint declares, as data.
#[derive(Debug, Clone)]
pub struct DeclaredEndpoint {
    /// [`Endpoint::NAME`].
    pub name: &'static str,
    /// [`Endpoint::SERVICE`].
    pub service: &'static str,
    /// [`Endpoint::METHOD`].
    pub method: &'static str,
    /// [`Endpoint::PATH`].
    pub path: &'static str,
    /// [`Endpoint::CALLERS`].
    pub callers: Callers,
    /// [`Endpoint::SETTINGS`].
    pub settings: Settings,
    /// [`Endpoint::USES`].
    pub uses: &'static [Resource],
    /// [`Endpoint::PUBLISHES`].
    pub publishes: &'static [EventType],
}

impl DeclaredEndpoint {
    /// What this endpoint declares.
    #[must_use]
    pub const fn by<E: Endpoint>() -> Self {
        Self {
            name: E::NAME,
            service: E::SERVICE,
            method: E::METHOD,
            path: E::PATH,
            callers: E::CALLERS,
            settings: E::SETTINGS,
            uses: E::USES,
            publishes: E::PUBLISHES,
        }
    }
}

/// Whom an endpoint is for. The permission to call it is given by whoever deploys; this says to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Callers {
    /// Whoever buys. The function itself looks whose it is what they ask for.
    Customers,
    /// The shop's own people and programs: what is not its customer's to say, such as that money or goods have come. Never open to everybody, whatever is chosen for
    /// the others.
    Staff,
}

/// A header that an endpoint reads, for those who call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its name, in lower case (RFC 9110, section 5.1: case says nothing).
    pub name: &'static str,
    /// What it says, in a sentence.
    pub description: &'static str,
}

/// Whether the requests of an endpoint have a header `Idempotency-Key`, which says that they are one request however often they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdempotencyKey {
    /// They must have one: what they do is not to be done twice.
    Required,
    /// They may have one; without it, each is a request of its own.
    Optional,
    /// It means nothing there.
    Ignored,
}

/// What the catalogue says of a publisher or a query.
#[must_use]
pub fn endpoint(endpoint: &DeclaredEndpoint) -> Value {
    json!({
        "name": endpoint.name,
        "service": endpoint.service,
        "method": endpoint.method,
        "path": endpoint.path,
        "callers": endpoint.callers,
        "publishes": endpoint.publishes,
        "timeoutSeconds": endpoint.settings.timeout.as_secs(),
        "memoryMb": endpoint.settings.memory_mb,
        "uses": endpoint.uses,
    })
}
