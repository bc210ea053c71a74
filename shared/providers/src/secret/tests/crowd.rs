//! A flash crowd: a thousand environments start within ten seconds, and each reads a secret.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::*;

/// Lambda waits so long for an environment to start; one that takes longer is started anew by the
/// request that waits for it, which has the function's own time-out (AWS: Lambda developer guide,
/// execution environment lifecycle). That of `place-order` is 20 seconds.
const LAMBDA_WAITS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(20)];

/// Answers so many requests a second, and refuses the others: what SSM's parameters do unless an
/// account pays for more, and 250 times less than Secrets Manager (AWS: Systems Manager and Secrets
/// Manager, quotas).
#[derive(Debug, Clone)]
struct Throttle {
    a_second: usize,
    began: Instant,
    /// Of each second, how many were answered and how many refused.
    seconds: Arc<Mutex<Vec<[usize; 2]>>>,
}

impl HttpConnector for Throttle {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let second = usize::try_from(self.began.elapsed().as_secs()).unwrap();
        let mut seconds = self.seconds.lock().unwrap();
        let most = seconds.len().max(second + 1);
        seconds.resize(most, [0; 2]);
        let [answered, refused] = &mut seconds[second];
        let (status, body) = match *answered < self.a_second {
            true => {
                *answered += 1;
                let Answers(status, body) = holding(r#"{"url":"https://crm.example","key":"k"}"#);
                (status, body)
            }
            false => {
                *refused += 1;
                (
                    400,
                    r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.to_owned(),
                )
            }
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            status.try_into().unwrap(),
            SdkBody::from(body),
        )))
    }
}

/// How often Lambda starts this environment until it has what it needs.
async fn starts(config: SdkConfig, at: Duration) -> usize {
    sleep(at).await;
    let variable = |name: &str| (name == DEPLOYED.0).then(|| DEPLOYED.1.to_owned());
    let [at_first, with_a_request] = LAMBDA_WAITS;
    let mut started = 0;
    loop {
        let patience = if started == 0 { at_first } else { with_a_request };
        started += 1;
        if let Ok(read) = timeout(patience, Secret::read(CRM, &config, &variable)).await {
            read.expect("what was throttled is asked for again");
            return started;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_environments_start_in_ten_seconds_where_forty_a_second_are_answered() {
    fastrand::seed(7);
    let throttle = Throttle {
        a_second: 40,
        began: Instant::now(),
        seconds: Arc::default(),
    };
    let connector = SharedHttpConnector::new(throttle.clone());
    let config = config(holding("")).into_builder();
    let config = config
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    let mut environments = JoinSet::new();
    for number in 0..1_000 {
        environments.spawn(starts(config.clone(), Duration::from_millis(10 * number)));
    }
    let started = environments.join_all().await;
    let seconds = throttle.seconds.lock().unwrap().clone();
    let [answered, refused] = [0, 1].map(|which| seconds.iter().map(|second| second[which]).sum::<usize>());
    assert_eq!((started.len(), answered), (1_000, 1_000), "each has read it once");
    assert!(refused > 0, "nobody was throttled: there was no crowd");
    // What is refused costs nobody's turn: the quota is used up while somebody waits.
    let busy = seconds.iter().filter(|[answered, _]| *answered == 40).count();
    assert!(busy >= 20, "{seconds:?}");
    // Nobody is started a third time: with the first request each has what it needs.
    assert!(
        started.iter().all(|starts| *starts <= 2),
        "{:?}",
        started.iter().max()
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_throttled_for_ever_is_told_so() {
    let refused = Answers(
        400,
        r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.to_owned(),
    );
    let told = read(refused, &[DEPLOYED]).await.unwrap_err().to_string();
    assert!(
        told.contains("shop/crm cannot be read") && told.contains("Rate exceeded"),
        "{told}"
    );
}
