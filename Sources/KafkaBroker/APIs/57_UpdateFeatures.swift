import KafkaWire

/// The broker has no features whose level could be changed yet; the level 0, which is none, every feature has.
extension UpdateFeatures: ServedAPI {
    /// How a level may change, with its number in the protocol.
    private static let upgradeTypes: ClosedRange<Int8> = 1...3

    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        for update in request.featureUpdates {
            guard let fault = fault(in: update, context, broker) else { continue }
            response.errorCode = .invalidUpdateVersion
            response.errorMessage =
                "The update failed for all features since the following feature had an error: Invalid update version "
                + "\(update.maxVersionLevel) for feature \(update.feature). \(fault)"
            return .now(response)
        }
        return .now(response)
    }

    private static func fault(
        in update: Request.FeatureUpdate, _ context: RequestContext, _ broker: Broker
    ) -> String? {
        if context.version >= 1, !upgradeTypes.contains(update.upgradeType) {
            return "The controller does not support the given upgrade type."
        }
        if update.maxVersionLevel < 0 { return "A feature version cannot be less than 0." }
        if update.maxVersionLevel > 0 {
            return "Local controller \(broker.configuration.nodeID) does not support this feature."
        }
        return "Feature \(update.feature) not found."
    }
}
