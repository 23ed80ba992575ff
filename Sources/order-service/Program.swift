import OrderService

@main
enum Program {
    static func main() { OrderProgram.run() }
}
