//! The SDK's HTTP connector, without HTTP: the request's body goes straight to the database.

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
    shared::IntoShared as _,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Clone)]
pub(super) struct InProcess(Database);

impl InProcess {
    pub(super) fn new(database: Database) -> Self {
        Self(database)
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
            (Some(operation), Some(body)) => self.call_operation(operation, body),
            _ => None,
        };
        HttpConnectorFuture::ready(match answer {
            Some(Ok(json)) => Ok(response(200, json)),
            Some(Err(error)) => Ok(response(error.status_code(), error.to_json())),
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

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.clone().into_shared()
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}
