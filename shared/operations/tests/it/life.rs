//! A life: an operator's process, which ends at a call to SQS or DynamoDB, before it is made or
//! when it has been.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use tokio::sync::Notify;

/// How many calls are left of a life.
#[derive(Debug)]
pub struct Life {
    left: AtomicI64,
    /// Whether the last call is made, and its answer is lost.
    made: AtomicBool,
    ended: Notify,
}

/// A way to SQS or to DynamoDB, on which a life can end.
#[derive(Debug, Clone)]
struct Way {
    life: Arc<Life>,
    inner: SharedHttpConnector,
}

impl Life {
    /// A life of so many calls.
    pub fn of(calls: i64, made: bool) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicI64::new(calls),
            made: AtomicBool::new(made),
            ended: Notify::new(),
        })
    }

    /// One that does not end.
    pub fn long() -> Arc<Self> {
        Self::of(i64::MAX, false)
    }

    pub fn way(self: &Arc<Self>, inner: SharedHttpConnector) -> impl HttpConnector + 'static {
        Way {
            life: self.clone(),
            inner,
        }
    }

    /// Works until it is done, or the life has ended: then there is no answer.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.ended.notified() => None,
        }
    }
}

impl HttpConnector for Way {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { life, inner } = self.clone();
        if life.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return inner.call(request);
        }
        HttpConnectorFuture::new(async move {
            if life.made.swap(false, Ordering::Relaxed) {
                drop(inner.call(request).await);
            }
            life.ended.notify_one();
            std::future::pending().await
        })
    }
}
