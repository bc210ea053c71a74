//! The Lambda function `release-stock`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(orders::release_stock::function())
}
