//! Lives, and a network on which every request can be somebody's last.

use std::{future::poll_fn, pin::pin, task::Poll};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use tokio::task::yield_now;

/// Does `work` and dies at its await point number `point` (0 is before it begins); none if it died.
pub async fn dies_at<T>(point: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut left = point;
    let mut work = pin!(work);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// The way to the database, with an await point before each request and one behind it.
#[derive(Debug, Clone)]
pub struct Way(pub SharedHttpConnector);

impl HttpConnector for Way {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.0.clone();
        HttpConnectorFuture::new(async move {
            yield_now().await;
            let answer = database.call(request).await;
            yield_now().await;
            answer
        })
    }
}
