//! DynamoDB inside the process: the real SDK talks to an embedded database instead of a socket.

mod connector;
mod table;

use std::{path::Path, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use aws_smithy_runtime_api::{
    client::http::{HttpConnector, SharedHttpConnector, http_client_fn},
    shared::IntoShared as _,
};
use dynoxide::Database;
use tidings_core::Clock;

use connector::InProcess;

/// An embedded DynamoDB. Clones share the database.
#[derive(Clone)]
pub struct EmbeddedDynamoDb {
    pub(crate) database: Database,
}

/// Something that the embedded database did not do.
#[derive(Debug, thiserror::Error)]
#[error("the embedded DynamoDB: {0}")]
pub struct EmbeddedError(pub(crate) String);

impl EmbeddedDynamoDb {
    /// A database in memory.
    ///
    /// # Errors
    /// When SQLite does not start.
    pub fn in_memory() -> Result<Self, EmbeddedError> {
        Self::from(Database::memory())
    }

    /// A database in a file, which is made if it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened as a database.
    pub fn in_file(path: &Path) -> Result<Self, EmbeddedError> {
        Self::from(Database::new(&path.to_string_lossy()))
    }

    fn from(database: dynoxide::Result<Database>) -> Result<Self, EmbeddedError> {
        database
            .map(|database| Self { database })
            .map_err(|error| EmbeddedError(error.to_string()))
    }

    /// A database in memory that reads the time, for expiry and client tokens, from `clock`.
    ///
    /// # Errors
    /// When SQLite does not start.
    pub fn in_memory_with_clock(clock: Arc<dyn Clock>) -> Result<Self, EmbeddedError> {
        Self::from(Database::memory_with_clock(Arc::new(connector::DatabaseClock(
            clock,
        ))))
    }

    /// A client of the real SDK on this database.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(Self::config(self.connector()).build())
    }

    /// What stands in for HTTP; another connector may stand before it, and lose what passes.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        InProcess::new(self.database.clone()).into_shared()
    }

    /// The SDK's configuration over `connector`.
    pub fn config(connector: impl HttpConnector + 'static) -> Builder {
        let connector: SharedHttpConnector = connector.into_shared();
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url("http://embedded")
            .http_client(http_client_fn(move |_, _| connector.clone()))
    }

    /// Answers a request of the protocol: its `x-amz-target` (`DynamoDB_20120810.GetItem`) and its body to the status and the body of the answer.
    #[must_use]
    pub fn answer(&self, target: &str, body: &[u8]) -> (u16, String) {
        let operation = target.rsplit('.').next().unwrap_or_default();
        let answer = InProcess::new(self.database.clone()).answer(operation, body);
        answer.unwrap_or_else(|| {
            let unknown = r#"{"__type":"com.amazon.coral.service#UnknownOperationException","message":"there is no such operation"}"#;
            (400, unknown.to_owned())
        })
    }

    /// Serves the database over HTTP, for functions in processes of their own; ends with the listener's task.
    pub async fn serve(&self, listener: tokio::net::TcpListener) {
        dynoxide::server::serve_on(listener, self.database.clone()).await;
    }
}

impl std::fmt::Debug for EmbeddedDynamoDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmbeddedDynamoDb")
    }
}
