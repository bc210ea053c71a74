//! The Lambda function `receive-stock`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::receive_stock::function())
}
