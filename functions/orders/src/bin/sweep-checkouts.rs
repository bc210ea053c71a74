//! The Lambda function `sweep-checkouts`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::scheduled(orders::sweep_checkouts::function())
}
