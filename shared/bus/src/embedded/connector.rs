//! The SDK's HTTP connector, without HTTP: the request's body goes straight to the database.

use std::sync::Arc;

use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use tidings_core::Clock;

#[derive(Clone)]
pub(super) struct InProcess(Database);

impl InProcess {
    pub(super) fn new(database: Database) -> Self {
        Self(database)
    }

    /// The status and the body of an answer; none where there is no such operation.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Option<(u16, String)> {
        let answer = self.call_operation(operation, body)?;
        Some(match answer {
            Ok(json) => (200, json),
            Err(error) => (error.status_code(), error.to_json()),
        })
    }

    /// The operations that the project's code uses.
    fn call_operation(&self, operation: &str, body: &[u8]) -> Option<Result<String, DynoxideError>> {
        let db = &self.0;
        Some(match operation {
            "PutItem" => run(body, |request| db.put_item(request)),
            "GetItem" => run(body, |request| db.get_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "DeleteItem" => run(body, |request| db.delete_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" => run(body, |request| db.scan(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            "TransactGetItems" => run(body, |request| db.transact_get_items(request)),
            "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
            "CreateTable" => run(body, |request| db.create_table(request)),
            "DeleteTable" => run(body, |request| db.delete_table(request)),
            "DescribeTable" => run(body, |request| db.describe_table(request)),
            "ListTables" => run(body, |request| db.list_tables(request)),
            "UpdateTimeToLive" => run(body, |request| db.update_time_to_live(request)),
            _ => return None,
        })
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let invalid = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let answer = operation(serde_json::from_slice(body).map_err(invalid)?)?;
    serde_json::to_string(&answer).map_err(invalid)
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next());
        let answer = match (operation, request.body().bytes()) {
            (Some(operation), Some(body)) => self.answer(operation, body),
            _ => None,
        };
        HttpConnectorFuture::ready(match answer {
            Some((status, json)) => Ok(response(status, json)),
            None => {
                let error = format!("the embedded DynamoDB has no operation {operation:?}");
                Err(ConnectorError::user(error.into()))
            }
        })
    }
}

fn response(status: u16, json: String) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("the database answers with an HTTP status");
    HttpResponse::new(status, SdkBody::from(json))
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

/// The project's clock, as the database asks for it.
pub(super) struct DatabaseClock(pub(super) Arc<dyn Clock>);

impl dynoxide::storage_backend::Clock for DatabaseClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_millisecond() as f64 / 1e3
    }
}
