//! Calls that take a while, so that what runs at once meets.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use fastrand::Rng;

/// The longest way of a request to the database, and of its answer back, in microseconds.
const LONGEST_MICROS: u64 = 5_000;

/// Hands each request on after a while, and its answer after another; a seed says how long. In a test on tokio's paused clock this takes no
/// time, and one seed gives one order of calls.
#[derive(Clone)]
pub(crate) struct Latency {
    database: SharedHttpConnector,
    random: Arc<Mutex<Rng>>,
}

impl Latency {
    pub(crate) fn before(database: SharedHttpConnector, seed: u64) -> Self {
        Self {
            database,
            random: Arc::new(Mutex::new(Rng::with_seed(seed))),
        }
    }

    fn while_under_way(&self) -> Duration {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_micros(random.u64(..LONGEST_MICROS))
    }
}

impl HttpConnector for Latency {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (database, there, back) = (
            self.database.clone(),
            self.while_under_way(),
            self.while_under_way(),
        );
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(there).await;
            let answer = database.call(request).await;
            tokio::time::sleep(back).await;
            answer
        })
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Latency")
    }
}
