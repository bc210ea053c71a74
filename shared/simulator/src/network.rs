//! The network in front of the database: latency, loss, throttling and conflicts, and the SDK's repeating.

use std::{sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::{
    Mutant, Odds,
    chance::Chance,
    conflict::{self, committed},
    ledger::Ledger,
    rule::Rule,
};

/// A connector that loses what passes through it, by chance.
///
/// It also stands in for the SDK's own repeating (the client is made without): a request that failed in a way that the
/// SDK repeats is sent again, the very same, up to three times in all.
#[derive(Clone)]
pub struct Network {
    /// What answers in the end.
    pub database: SharedHttpConnector,
    /// Chance.
    pub chance: Arc<Chance>,
    /// How likely what is.
    pub odds: Odds,
    /// The rule that is broken on the way, if any.
    pub mutant: Option<Mutant>,
    /// Where it is told that the database could not read a request.
    pub ledger: Arc<Ledger>,
}

const TRIES: u32 = 3;
/// The longest that a request is held up: longer than a lease.
const MOST_LATE: Duration = Duration::from_secs(20);

impl Network {
    async fn pass(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut lost = ConnectorError::timeout("the request was lost".into());
        for _ in 0..TRIES {
            let mut sent = Sent {
                network: &self,
                request: &request,
                settled: false,
            };
            self.latency().await;
            sent.settled = true;
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
            let answer = match self.conflict(&request) {
                Some(conflict) => Ok(conflict),
                None => self.deliver(&request).await,
            };
            self.latency().await;
            if !self.chance.hits(self.odds.answer_lost) {
                return answer;
            }
            lost = ConnectorError::timeout("the answer was lost".into());
        }
        Err(lost)
    }

    /// What a write is answered that meets another one.
    fn conflict(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let write = conflict::write(request)?;
        if !self.chance.hits(self.odds.conflict) {
            return None;
        }
        let forgotten = self.mutant == Some(Mutant::ForgetConflict);
        Some(match write {
            conflict::Write::Transaction(_) if forgotten => committed(),
            write => write.conflicted(&self.chance),
        })
    }

    /// Nobody waits for the answer any more, and perhaps the sender is dead; the request is carried out all the same.
    fn arrive_late(&self, request: &HttpRequest) {
        // Where the world has ended, nothing arrives.
        let Ok(world) = Handle::try_current() else { return };
        let late = Duration::from_millis(self.chance.below(MOST_LATE.as_millis() as u64));
        let (network, request) = (self.clone(), copy(request));
        world.spawn(async move {
            tokio::time::sleep(late).await;
            drop(network.deliver(&request).await);
        });
    }

    async fn deliver(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(mutant) = self.mutant else {
            return self.answer(copy(request)).await;
        };
        let mut answer = None;
        for request in mutant.requests(copy(request)) {
            let next = self.answer(request).await?;
            let failed = !next.status().is_success();
            answer = Some(next);
            if failed {
                break;
            }
            self.latency().await;
        }
        answer.ok_or_else(|| ConnectorError::user("no request".into()))
    }

    /// **Every request is one that DynamoDB can read**: what it cannot proves nothing, of whomever sent it.
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = copy(&request);
        let answer = self.database.call(request).await?;
        if is_unread(&answer) {
            let text = |body: Option<&[u8]>| String::from_utf8_lossy(body.unwrap_or_default()).into_owned();
            let (said, asked) = (text(answer.body().bytes()), text(asked.body().bytes()));
            let seen = format!("{said} to {asked}");
            self.ledger.violation(Rule::RequestsAreValid, seen);
        }
        Ok(answer)
    }

    /// An await point: here a worker can die.
    async fn latency(&self) {
        tokio::time::sleep(Duration::from_millis(1 + self.chance.below(10))).await;
    }
}

/// A request on its way. Who dies meanwhile does not call it back: it may still arrive, and late.
struct Sent<'n> {
    network: &'n Network,
    request: &'n HttpRequest,
    /// Its sender has lived to see what became of it.
    settled: bool,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        if !self.settled && self.network.chance.hits(self.network.odds.last_words) {
            self.network.arrive_late(self.request);
        }
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

/// Whether DynamoDB says that it cannot read the request, or one action of it.
fn is_unread(answer: &HttpResponse) -> bool {
    let said = match answer.body().bytes() {
        Some(body) if !answer.status().is_success() => {
            serde_json::from_slice::<Value>(body).unwrap_or_default()
        }
        _ => return false,
    };
    let kind = said["__type"].as_str().unwrap_or_default();
    let reasons = said["CancellationReasons"].as_array();
    kind.ends_with("#ValidationException")
        || kind.ends_with("#SerializationException")
        || reasons.is_some_and(|reasons| reasons.iter().any(|reason| reason["Code"] == "ValidationError"))
}

fn copy(request: &HttpRequest) -> HttpRequest {
    request
        .try_clone()
        .expect("a request of the DynamoDB client has its body in memory")
}
