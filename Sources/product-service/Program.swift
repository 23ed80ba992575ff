import ProductService

@main
enum Program {
    static func main() { ProductProgram.run() }
}
