import Loopback
import Testing

@testable import Reactor

final class EchoHandler: ConnectionHandler {
    func received(_ connection: Connection) {
        connection.write(connection.input.bytes)
        connection.input.consumeAll()
    }
    func closed(_ connection: Connection) {}
}

@Test("What is received can be written back, and half-closed clients still get it")
func echo() throws {
    let got = try withLoop(
        { loop in
            let handler = EchoHandler()
            let listener = try Listener(loop: loop, address: .loopback()) { $0.handler = handler }
            loop.atTurnEnd { _ = listener }
            return listener.address
        },
        { _, address in
            let client = try TestClient(address)
            client.send("hello ")
            let first = client.receive(6)
            client.send("world")
            client.endOutput()
            return first + client.receive(100)
        })
    #expect(String(decoding: got, as: UTF8.self) == "hello world")
}
