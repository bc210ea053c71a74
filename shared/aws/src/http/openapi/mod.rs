//! The description of endpoints as an OpenAPI 3.1 document, made from what they declare ([`operation`]); what they can refuse follows from that
//! ([`refusals`]). Its schemas are JSON Schema 2020-12, which is what OpenAPI 3.1 takes, of the types that the handlers read and answer.

mod operation;
mod parameters;
mod refusals;

use schemars::{
    SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};
use tidings_core::catalogue::Endpoint;

/// The version of the specification that the document follows.
const OPENAPI: &str = "3.1.1";
/// Where the document keeps the schemas that it refers to.
const SCHEMAS: &str = "/components/schemas";

/// A description in the making.
pub struct Description {
    title: String,
    version: String,
    servers: Vec<Value>,
    paths: Map<String, Value>,
    schemas: Schemas,
}

/// The schemas of the types that the endpoints read, and of those that they answer: one type can be read otherwise than it is written.
struct Schemas {
    /// Each stands in its place, whole: no name of a type that is read can be that of another that is written.
    read: SchemaGenerator,
    written: SchemaGenerator,
    bodies: Map<String, Value>,
}

impl Description {
    /// A description without endpoints, of this version of the system.
    #[must_use]
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            servers: Vec::new(),
            paths: Map::new(),
            schemas: Schemas::new(),
        }
    }

    /// The endpoints are at this URL.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>, description: &str) -> Self {
        let server = json!({ "url": url.into(), "description": description });
        self.servers.push(server);
        self
    }

    /// Adds an endpoint.
    pub fn add<E: Endpoint>(&mut self) {
        let operation = operation::operation::<E>(&mut self.schemas);
        let path = self.paths.entry(E::PATH).or_insert_with(|| json!({}));
        path[E::METHOD.to_ascii_lowercase()] = operation;
    }

    /// The document.
    #[must_use]
    pub fn document(self) -> Value {
        let Schemas {
            mut read,
            mut written,
            bodies: mut schemas,
        } = self.schemas;
        schemas.extend(read.take_definitions(true));
        schemas.extend(written.take_definitions(true));
        schemas.insert("Problem".to_owned(), refusals::schema());
        json!({
            "openapi": OPENAPI,
            "info": {
                "title": self.title,
                "version": self.version,
                "description": "A request that is refused is answered with problem details (RFC 9457). One that is malformed has written and published \
                    nothing (400 and 422: wrong by itself; 404 and 409: what is there, or is not, does not allow it). A length is counted in characters \
                    (Unicode code points), of which each has 4 bytes at most: an id of 255 has 1,020, and so fits into a key. \
                    A checkout that is refused (`place-order`: 402, 409) is kept with its answer, and states `order.refused`. \
                    Deployed, each operation has a URL of its own (the output `<Operation>Url` of its stack), and its path stands behind that.",
            },
            "servers": self.servers,
            // One of the two: a local run, or a function that is deployed for everybody, asks for no signature.
            "security": [{}, { "awsSigV4": [] }],
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "responses": refusals::responses(),
                "parameters": parameters::shared(),
                "securitySchemes": { "awsSigV4": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "AWS Signature Version 4 for the service `lambda`, of a principal that IAM allows `lambda:InvokeFunctionUrl` and \
                        `lambda:InvokeFunction`. Who is not allowed is answered 403 by AWS, without problem details.",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                } },
            },
        })
    }
}

impl Schemas {
    fn new() -> Self {
        let settings = |contract: Contract| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.meta_schema = None;
                settings.definitions_path = SCHEMAS.into();
                settings.inline_subschemas = contract == Contract::Deserialize;
                settings.contract = contract;
            })
        };
        Self {
            read: settings(Contract::Deserialize).into_generator(),
            written: settings(Contract::Serialize).into_generator(),
            bodies: Map::new(),
        }
    }

    /// A reference to the schema of the endpoint's body; none where it reads none.
    fn body<E: Endpoint>(&mut self) -> Option<Value> {
        let schema = self.read.subschema_for::<E::Body>();
        if is_nothing(schema.as_value()) {
            return None;
        }
        let name = format!("{}Body", pascal_case(E::NAME));
        let body = reference("schemas", &name);
        self.bodies.insert(name, schema.to_value());
        Some(body)
    }

    /// The schema of the endpoint's query string: an object with a property a parameter.
    fn query<E: Endpoint>(&mut self) -> Value {
        self.read.subschema_for::<E::Query>().to_value()
    }

    /// The schema of what the endpoint answers; none where that has no body.
    fn answer<E: Endpoint>(&mut self) -> Option<Value> {
        let schema = self.written.subschema_for::<E::Answer>();
        (!is_nothing(schema.as_value())).then(|| schema.to_value())
    }
}

/// A reference to what stands among the document's components of this kind.
fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// Whether it is the schema of `()`.
fn is_nothing(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// `place-order` as the name of a type.
fn pascal_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').filter_map(capitalised).collect()
}
