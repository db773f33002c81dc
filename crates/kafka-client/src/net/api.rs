//! The requests this client sends. `kafka-protocol` ties a request to its answer only when its broker half is compiled
//! in too, so the table is kept here.

use kafka_protocol::messages as m;
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message};

/// A request that [`Cluster::send`](crate::cluster::Cluster::send) can send: its key, name, and answer.
pub trait Request: Encodable + Message + HeaderVersion + Send + 'static {
    /// The number of the API.
    const KEY: i16;
    /// Its name, for errors.
    const NAME: &'static str;
    /// The newest version that this client can use; the messages may know newer ones.
    const MAX_VERSION: i16 = Self::VERSIONS.max;
    /// What the broker answers.
    type Response: Decodable + HeaderVersion + Send + 'static;
}

/// One row of the table.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) struct Api {
    pub(crate) key: i16,
    #[cfg(test)]
    pub(crate) name: &'static str,
    /// The lowest and the highest version that this client sends.
    pub(crate) versions: (i16, i16),
    /// Of the response header, by the version of the request.
    pub(crate) header_version: fn(i16) -> i16,
    /// Decodes an answer without its header.
    pub(crate) decode: fn(&mut bytes::Bytes, i16) -> Result<(), String>,
}

macro_rules! requests {
    ($($key:literal $request:ident $response:ident $(..= $max:literal)?)*) => {
        $(impl Request for m::$request {
            const KEY: i16 = $key;
            const NAME: &'static str = stringify!($request);
            $(const MAX_VERSION: i16 = $max;)?
            type Response = m::$response;
        })*

        /// Every request, to test and fuzz what is read in answer.
        #[cfg(any(test, feature = "fuzzing"))]
        pub(crate) const ALL: &[Api] = &[$(Api {
            key: $key,
            #[cfg(test)]
            name: stringify!($request),
            versions: (<m::$request as Message>::VERSIONS.min, <m::$request as Request>::MAX_VERSION),
            header_version: <m::$response as HeaderVersion>::header_version,
            decode: |answer, version| <m::$response as Decodable>::decode(answer, version).map(drop).map_err(|error| error.to_string()),
        }),*];
    };
}

requests! {
    0 ProduceRequest ProduceResponse ..=12 // from 13 on topics are named by id only
    1 FetchRequest FetchResponse
    2 ListOffsetsRequest ListOffsetsResponse
    3 MetadataRequest MetadataResponse
    8 OffsetCommitRequest OffsetCommitResponse ..=9 // from 10 on topics are named by id only
    9 OffsetFetchRequest OffsetFetchResponse ..=9
    10 FindCoordinatorRequest FindCoordinatorResponse
    11 JoinGroupRequest JoinGroupResponse
    12 HeartbeatRequest HeartbeatResponse
    13 LeaveGroupRequest LeaveGroupResponse
    14 SyncGroupRequest SyncGroupResponse
    15 DescribeGroupsRequest DescribeGroupsResponse
    16 ListGroupsRequest ListGroupsResponse
    18 ApiVersionsRequest ApiVersionsResponse
    19 CreateTopicsRequest CreateTopicsResponse
    20 DeleteTopicsRequest DeleteTopicsResponse
    21 DeleteRecordsRequest DeleteRecordsResponse
    22 InitProducerIdRequest InitProducerIdResponse
    23 OffsetForLeaderEpochRequest OffsetForLeaderEpochResponse
    24 AddPartitionsToTxnRequest AddPartitionsToTxnResponse ..=3 // 4 and 5 are for brokers
    25 AddOffsetsToTxnRequest AddOffsetsToTxnResponse
    26 EndTxnRequest EndTxnResponse
    27 WriteTxnMarkersRequest WriteTxnMarkersResponse
    28 TxnOffsetCommitRequest TxnOffsetCommitResponse
    29 DescribeAclsRequest DescribeAclsResponse
    30 CreateAclsRequest CreateAclsResponse
    31 DeleteAclsRequest DeleteAclsResponse
    32 DescribeConfigsRequest DescribeConfigsResponse
    36 SaslAuthenticateRequest SaslAuthenticateResponse
    37 CreatePartitionsRequest CreatePartitionsResponse
    17 SaslHandshakeRequest SaslHandshakeResponse
    42 DeleteGroupsRequest DeleteGroupsResponse
    43 ElectLeadersRequest ElectLeadersResponse
    44 IncrementalAlterConfigsRequest IncrementalAlterConfigsResponse
    45 AlterPartitionReassignmentsRequest AlterPartitionReassignmentsResponse
    47 OffsetDeleteRequest OffsetDeleteResponse
    60 DescribeClusterRequest DescribeClusterResponse
    61 DescribeProducersRequest DescribeProducersResponse
    65 DescribeTransactionsRequest DescribeTransactionsResponse
    66 ListTransactionsRequest ListTransactionsResponse
    69 ConsumerGroupDescribeRequest ConsumerGroupDescribeResponse
}
