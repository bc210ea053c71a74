//! The Lambda function `sweep-checkouts`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::scheduled(orders::sweep_checkouts::function())
}
