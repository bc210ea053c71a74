//! The network in front of the database: latency, loss and throttling, and the SDK's repeating.

use std::{sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};

use crate::{Mutant, Odds, chance::Chance};

/// A connector that loses what passes through it, by chance.
///
/// It also stands in for the SDK's own repeating (the client is made without): a request that failed in a way that the
/// SDK repeats is sent again, the very same, up to three times in all.
#[derive(Clone)]
pub struct Network {
    pub(crate) database: SharedHttpConnector,
    pub(crate) chance: Arc<Chance>,
    pub(crate) odds: Odds,
    pub(crate) mutant: Option<Mutant>,
}

const TRIES: u32 = 3;
/// The longest that a request is held up: longer than a lease.
const MOST_LATE: Duration = Duration::from_secs(20);

impl Network {
    async fn pass(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut lost = ConnectorError::timeout("the request was lost".into());
        for _ in 0..TRIES {
            self.latency().await;
            if self.chance.hits(self.odds.request_lost) {
                continue;
            }
            if self.chance.hits(self.odds.request_late) {
                self.arrive_late(&request);
                continue;
            }
            if self.chance.hits(self.odds.throttled) {
                lost = ConnectorError::timeout("throttled".into());
                continue;
            }
            let answer = self.deliver(&request).await;
            self.latency().await;
            if !self.chance.hits(self.odds.answer_lost) {
                return answer;
            }
            lost = ConnectorError::timeout("the answer was lost".into());
        }
        Err(lost)
    }

    /// Nobody waits for the answer any more, and perhaps the sender is dead; the request is carried out all the same.
    fn arrive_late(&self, request: &HttpRequest) {
        let late = Duration::from_millis(self.chance.below(MOST_LATE.as_millis() as u64));
        let (network, request) = (self.clone(), copy(request));
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            drop(network.deliver(&request).await);
        });
    }

    async fn deliver(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request
            .try_clone()
            .expect("a request of the DynamoDB client has its body in memory");
        let Some(mutant) = self.mutant else {
            return self.database.call(request).await;
        };
        let mut answer = None;
        for request in mutant.requests(request) {
            let next = self.database.call(request).await?;
            let failed = !next.status().is_success();
            answer = Some(next);
            if failed {
                break;
            }
            self.latency().await;
        }
        answer.ok_or_else(|| ConnectorError::user("no request".into()))
    }

    /// An await point: here a worker can die.
    async fn latency(&self) {
        tokio::time::sleep(Duration::from_millis(1 + self.chance.below(10))).await;
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().pass(request))
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Network")
    }
}

fn copy(request: &HttpRequest) -> HttpRequest {
    request
        .try_clone()
        .expect("a request of the DynamoDB client has its body in memory")
}
