import AWSProtocols
import Testing

@testable import AWSServer

private let form = "application/x-www-form-urlencoded; charset=utf-8"

@Suite("Other services on AWS's port") struct ServicesTests {
    @Test("STS answers a form in XML, with AWS's fields")
    func callerIdentity() throws {
        try withEndpoint { address, _ in
            let response = try ask(
                address, request(nil, "Action=GetCallerIdentity&Version=2011-06-15", type: form))
            #expect(response.status == "200 OK")
            #expect(response["Content-Type"] == "text/xml")
            let id = try #require(response["x-amzn-RequestId"])
            #expect(id.utf8.count == 36)
            #expect(
                response.body == """
                    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                      <GetCallerIdentityResult>
                        <Arn>arn:aws:iam::000000000000:root</Arn>
                        <UserId>000000000000</UserId>
                        <Account>000000000000</Account>
                      </GetCallerIdentityResult>
                      <ResponseMetadata>
                        <RequestId>\(id)</RequestId>
                      </ResponseMetadata>
                    </GetCallerIdentityResponse>

                    """)
        }
    }

    @Test("A presigned request asks in the query of its URL")
    func presigned() throws {
        try withEndpoint { address, _ in
            let response = try ask(
                address,
                "GET /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(response.status == "200 OK")
            #expect(response.body.contains("<Account>000000000000</Account>"))
        }
    }

    @Test(
        "What there is not is told in the words of AWS's front",
        arguments: [
            ("Action=Nothing&Version=2011-06-15", "Could not find operation Nothing for version 2011-06-15"),
            (
                "Action=GetCallerIdentity&Version=2000-01-01",
                "Could not find operation GetCallerIdentity for version 2000-01-01"
            ),
            (
                "Action=GetCallerIdentity",
                "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"
            ),
        ])
    func unknown(_ body: String, _ message: String) throws {
        try withEndpoint { address, _ in
            let response = try ask(address, request(nil, body, type: form))
            #expect(response.status == "400 Bad Request")
            let namespace = "http://webservices.amazon.com/AWSFault/2005-15-09"
            #expect(response.body.contains("<ErrorResponse xmlns=\"\(namespace)\">"))
            #expect(response.body.contains("<Code>InvalidAction</Code>\n    <Message>\(message)</Message>"))
        }
    }

    @Test("A form without an action, and a path that is nobody's, are not found")
    func nobodys() throws {
        try withEndpoint { address, _ in
            let action = "Action=GetCallerIdentity&Version=2011-06-15"
            for text in [request(nil, "a=b", type: form), request(nil, action, method: "PUT", type: form)] {
                let response = try ask(address, text)
                #expect(response.status == "404 Not Found")
                #expect(response.body == "<UnknownOperationException/>\n")
            }
        }
    }

    @Test("LocalStack's health page names the services; HEAD has it without a body")
    func health() throws {
        try withEndpoint { address, _ in
            let get = try ask(
                address, "GET /_localstack/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(get.status == "200 OK" && get["Content-Type"] == "application/json")
            for service in Services.all { #expect(get.body.contains("\"\(service.name.lowercased())\":\"running\"")) }
            let head = try ask(
                address, "HEAD /_localstack/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(head.status == "200 OK" && head.body.isEmpty)
        }
    }

    @Test("The list names each service once, and the actions in order")
    func list() {
        #expect(Set(Services.all.map(\.signingName)).count == Services.all.count)
        for service in Services.all {
            let names = service.offered.map(\.name)
            #expect(names == names.sorted() && Set(names).isDisjoint(with: service.absent))
            #expect(service.actions.isEmpty || service.actions.map(\.name) == names)
        }
    }
}
