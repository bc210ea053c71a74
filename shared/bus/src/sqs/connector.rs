//! The SDK's HTTP connector, without HTTP.

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
    shared::IntoShared as _,
};
use aws_smithy_types::body::SdkBody;

use super::EmbeddedSqs;

/// Where the queues are, in their URLs.
const HERE: &str = "http://embedded";

impl EmbeddedSqs {
    /// A client of the real SDK on these queues.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(Self::config(self.connector()).build())
    }

    /// What stands in for HTTP; another connector may stand before it, and lose what passes.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        InProcess(self.clone()).into_shared()
    }

    /// The SDK's configuration over `connector`.
    pub fn config(connector: impl HttpConnector + 'static) -> Builder {
        let connector: SharedHttpConnector = connector.into_shared();
        aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(HERE)
            .http_client(http_client_fn(move |_, _| connector.clone()))
    }
}

#[derive(Debug)]
struct InProcess(EmbeddedSqs);

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let (status, answer) = self.0.answer(target, body, HERE);
        let status = StatusCode::try_from(status).expect("the queues answer with an HTTP status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}
