//! The wire between a worker and its database, on which the worker can die.

use std::{
    fmt,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use tokio::sync::Notify;

/// When a worker dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// When its handler has done its work, and nothing is recorded yet.
    BeforeCompletion,
    /// When the completion is recorded, and the message is not acknowledged yet.
    AfterCompletion,
}

/// Hands requests on until the worker dies.
#[derive(Clone)]
pub(crate) struct Wire {
    database: SharedHttpConnector,
    due: Arc<Mutex<Option<Death>>>,
    died: Arc<Notify>,
}

impl Wire {
    pub(crate) fn to(database: SharedHttpConnector) -> Self {
        Self {
            database,
            due: Arc::default(),
            died: Arc::default(),
        }
    }

    /// The worker is to die; without `death` it is to live.
    pub(crate) fn dies(&self, death: Option<Death>) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = death;
    }

    /// Waits for the death.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    fn death_at(&self, request: &HttpRequest) -> Option<Death> {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.filter(|_| completes(request))
    }
}

/// Only a completion writes when it was completed.
fn completes(request: &HttpRequest) -> bool {
    let body = request.body().bytes().map(String::from_utf8_lossy);
    body.is_some_and(|body| body.contains("completed_at = :now"))
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(death) = self.death_at(&request) else {
            return self.database.call(request);
        };
        let answered = (death == Death::AfterCompletion).then(|| self.database.call(request));
        let died = self.died.clone();
        HttpConnectorFuture::new(async move {
            if let Some(answered) = answered {
                drop(answered.await);
            }
            died.notify_one();
            pending().await
        })
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}
