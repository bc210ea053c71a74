//! The Lambda function `get-stock`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::get_stock::function())
}
