import AWSProtocols

/// What an action of CloudWatch knows besides its request.
public struct CloudWatchContext {
    /// Whose metrics are shown.
    public let source: any MetricSource
    /// The account.
    public let account: String
    /// Seconds since 1970.
    public let now: Int64

    /// A context.
    public init(source: any MetricSource, account: String, now: Int64) {
        self.source = source
        self.account = account
        self.now = now
    }
}

/// AWS CloudWatch, as far as it shows metrics.
public enum CloudWatchActions {
    /// The API's version.
    public static let version = "2010-08-01"
    /// The namespace of its answers in XML.
    public static let namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
    /// What `X-Amz-Target` and CBOR's paths call it.
    public static let target = "GraniteServiceVersion20100801"

    /// By name, ascending.
    public static let all: [ServiceAction<CloudWatchContext>] = [
        GetMetricData.action,
        GetMetricStatistics.action,
        ListMetrics.action,
    ]

    /// AWS's other actions, which are not there: they are answered as AWS answers a name that it does not know.
    public static let absent: [String] = [
        "AssociateDatasetKmsKey", "CreateResourceMetricsConfiguration", "DeleteAlarmMuteRule", "DeleteAlarms",
        "DeleteAnomalyDetector", "DeleteDashboards", "DeleteInsightRules", "DeleteMetricDataQueryDefinition",
        "DeleteMetricStream", "DeleteResourceMetricsConfiguration", "DescribeAlarmContributors",
        "DescribeAlarmHistory", "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAnomalyDetectors",
        "DescribeInsightRules", "DisableAlarmActions", "DisableInsightRules", "DisassociateDatasetKmsKey",
        "EnableAlarmActions", "EnableInsightRules", "GetAlarmMuteRule", "GetDashboard", "GetDataset",
        "GetInsightRuleReport", "GetMetricDataQueryDefinition", "GetMetricStream", "GetMetricWidgetImage",
        "GetOTelEnrichment", "GetResourceMetricsConfiguration", "ListAlarmMuteRules", "ListDashboards",
        "ListManagedInsightRules", "ListMetricDataQueryDefinitions", "ListMetricStreams",
        "ListTagsForResource", "PutAlarmMuteRule", "PutAnomalyDetector", "PutCompositeAlarm", "PutDashboard",
        "PutInsightRule", "PutLogAlarm", "PutManagedInsightRules", "PutMetricAlarm", "PutMetricData",
        "PutMetricDataQueryDefinition", "PutMetricStream", "SetAlarmState", "StartMetricStreams",
        "StartOTelEnrichment", "StopMetricStreams", "StopOTelEnrichment", "TagResource", "UntagResource",
        "UpdateOTelEnrichment", "UpdateResourceMetricsConfiguration",
    ]
}
