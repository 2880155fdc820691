import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace tributary. */
export namespace tributary {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Versions.
         * @deprecated Use tributary.v1.Versions.$Properties instead.
         */
        interface IVersions extends tributary.v1.Versions.$Properties {
        }

        /** Represents a Versions. */
        class Versions {

            /**
             * Constructs a new Versions.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Versions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Versions min. */
            min: number;

            /** Versions max. */
            max: number;

            /**
             * Creates a new Versions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Versions instance
             */
            static create(properties: tributary.v1.Versions.$Shape): tributary.v1.Versions & tributary.v1.Versions.$Shape;
            static create(properties?: tributary.v1.Versions.$Properties): tributary.v1.Versions;

            /**
             * Encodes the specified Versions message. Does not implicitly {@link tributary.v1.Versions.verify|verify} messages.
             * @param message Versions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Versions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Versions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Versions & tributary.v1.Versions.$Shape} Versions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Versions & tributary.v1.Versions.$Shape;
        }

        namespace Versions {

            /** Properties of a Versions. */
            interface $Properties {

                /** Versions min */
                min?: (number|null);

                /** Versions max */
                max?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Versions. */
            type $Shape = tributary.v1.Versions.$Properties;
        }

        /**
         * Properties of a HubIdentity.
         * @deprecated Use tributary.v1.HubIdentity.$Properties instead.
         */
        interface IHubIdentity extends tributary.v1.HubIdentity.$Properties {
        }

        /** Represents a HubIdentity. */
        class HubIdentity {

            /**
             * Constructs a new HubIdentity.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.HubIdentity.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HubIdentity clusterId. */
            clusterId: string;

            /** HubIdentity ledgerTopicId. */
            ledgerTopicId: string;

            /** HubIdentity shards. */
            shards: number;

            /**
             * Creates a new HubIdentity instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HubIdentity instance
             */
            static create(properties: tributary.v1.HubIdentity.$Shape): tributary.v1.HubIdentity & tributary.v1.HubIdentity.$Shape;
            static create(properties?: tributary.v1.HubIdentity.$Properties): tributary.v1.HubIdentity;

            /**
             * Encodes the specified HubIdentity message. Does not implicitly {@link tributary.v1.HubIdentity.verify|verify} messages.
             * @param message HubIdentity message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.HubIdentity.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HubIdentity message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.HubIdentity & tributary.v1.HubIdentity.$Shape} HubIdentity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.HubIdentity & tributary.v1.HubIdentity.$Shape;
        }

        namespace HubIdentity {

            /** Properties of a HubIdentity. */
            interface $Properties {

                /** HubIdentity clusterId */
                clusterId?: (string|null);

                /** HubIdentity ledgerTopicId */
                ledgerTopicId?: (string|null);

                /** HubIdentity shards */
                shards?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HubIdentity. */
            type $Shape = tributary.v1.HubIdentity.$Properties;
        }

        /** Lane enum. */
        enum Lane {

            /** LANE_MAIN value */
            LANE_MAIN = 0,

            /** LANE_BACKFILL value */
            LANE_BACKFILL = 1
        }

        /** GapReason enum. */
        enum GapReason {

            /** GAP_UNSPECIFIED value */
            GAP_UNSPECIFIED = 0,

            /** GAP_EXPIRED value */
            GAP_EXPIRED = 1,

            /** GAP_EVICTED value */
            GAP_EVICTED = 2,

            /** GAP_QUARANTINED value */
            GAP_QUARANTINED = 3,

            /** GAP_PURGED value */
            GAP_PURGED = 4,

            /** GAP_WITHHELD value */
            GAP_WITHHELD = 5,

            /** GAP_DUPLICATE value */
            GAP_DUPLICATE = 6,

            /** GAP_LOST value */
            GAP_LOST = 7
        }

        /**
         * Properties of a Point.
         * @deprecated Use tributary.v1.Point.$Properties instead.
         */
        interface IPoint extends tributary.v1.Point.$Properties {
        }

        /** Represents a Point. */
        class Point {

            /**
             * Constructs a new Point.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Point.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Point next. */
            next: number;

            /** Point tip. */
            tip: Uint8Array;

            /**
             * Creates a new Point instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Point instance
             */
            static create(properties: tributary.v1.Point.$Shape): tributary.v1.Point & tributary.v1.Point.$Shape;
            static create(properties?: tributary.v1.Point.$Properties): tributary.v1.Point;

            /**
             * Encodes the specified Point message. Does not implicitly {@link tributary.v1.Point.verify|verify} messages.
             * @param message Point message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Point.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Point message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Point & tributary.v1.Point.$Shape} Point
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Point & tributary.v1.Point.$Shape;
        }

        namespace Point {

            /** Properties of a Point. */
            interface $Properties {

                /** Point next */
                next?: (number|null);

                /** Point tip */
                tip?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Point. */
            type $Shape = tributary.v1.Point.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use tributary.v1.Hello.$Properties instead.
         */
        interface IHello extends tributary.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello versions. */
            versions?: (tributary.v1.Versions.$Properties|null);

            /** Hello edge. */
            edge: string;

            /** Hello agentVersion. */
            agentVersion: string;

            /** Hello hub. */
            hub?: (tributary.v1.HubIdentity.$Properties|null);

            /** Hello term. */
            term: number;

            /** Hello lineage. */
            lineage: tributary.v1.EpochLink.$Properties[];

            /** Hello bootId. */
            bootId: string;

            /** Hello monotonicMs. */
            monotonicMs: number;

            /** Hello wallMs. */
            wallMs: number;

            /** Hello reached. */
            reached?: (tributary.v1.Reached.$Properties|null);

            /**
             * Creates a new Hello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Hello instance
             */
            static create(properties: tributary.v1.Hello.$Shape): tributary.v1.Hello & tributary.v1.Hello.$Shape;
            static create(properties?: tributary.v1.Hello.$Properties): tributary.v1.Hello;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tributary.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Hello & tributary.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Hello & tributary.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello versions */
                versions?: (tributary.v1.Versions.$Properties|null);

                /** Hello edge */
                edge?: (string|null);

                /** Hello agentVersion */
                agentVersion?: (string|null);

                /** Hello hub */
                hub?: (tributary.v1.HubIdentity.$Properties|null);

                /** Hello term */
                term?: (number|null);

                /** Hello lineage */
                lineage?: (tributary.v1.EpochLink.$Properties[]|null);

                /** Hello bootId */
                bootId?: (string|null);

                /** Hello monotonicMs */
                monotonicMs?: (number|null);

                /** Hello wallMs */
                wallMs?: (number|null);

                /** Hello reached */
                reached?: (tributary.v1.Reached.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = tributary.v1.Hello.$Properties;
        }

        /**
         * Properties of a Reached.
         * @deprecated Use tributary.v1.Reached.$Properties instead.
         */
        interface IReached extends tributary.v1.Reached.$Properties {
        }

        /** Represents a Reached. */
        class Reached {

            /**
             * Constructs a new Reached.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Reached.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reached logs. */
            logs: number[];

            /** Reached nextOffsets. */
            nextOffsets: number[];

            /**
             * Creates a new Reached instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Reached instance
             */
            static create(properties: tributary.v1.Reached.$Shape): tributary.v1.Reached & tributary.v1.Reached.$Shape;
            static create(properties?: tributary.v1.Reached.$Properties): tributary.v1.Reached;

            /**
             * Encodes the specified Reached message. Does not implicitly {@link tributary.v1.Reached.verify|verify} messages.
             * @param message Reached message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Reached.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reached message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Reached & tributary.v1.Reached.$Shape} Reached
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Reached & tributary.v1.Reached.$Shape;
        }

        namespace Reached {

            /** Properties of a Reached. */
            interface $Properties {

                /** Reached logs */
                logs?: (number[]|null);

                /** Reached nextOffsets */
                nextOffsets?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reached. */
            type $Shape = tributary.v1.Reached.$Properties;
        }

        /**
         * Properties of an EpochLink.
         * @deprecated Use tributary.v1.EpochLink.$Properties instead.
         */
        interface IEpochLink extends tributary.v1.EpochLink.$Properties {
        }

        /** Represents an EpochLink. */
        class EpochLink {

            /**
             * Constructs a new EpochLink.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.EpochLink.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EpochLink epoch. */
            epoch: string;

            /** EpochLink predecessor. */
            predecessor: string;

            /**
             * Creates a new EpochLink instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EpochLink instance
             */
            static create(properties: tributary.v1.EpochLink.$Shape): tributary.v1.EpochLink & tributary.v1.EpochLink.$Shape;
            static create(properties?: tributary.v1.EpochLink.$Properties): tributary.v1.EpochLink;

            /**
             * Encodes the specified EpochLink message. Does not implicitly {@link tributary.v1.EpochLink.verify|verify} messages.
             * @param message EpochLink message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.EpochLink.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EpochLink message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.EpochLink & tributary.v1.EpochLink.$Shape} EpochLink
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.EpochLink & tributary.v1.EpochLink.$Shape;
        }

        namespace EpochLink {

            /** Properties of an EpochLink. */
            interface $Properties {

                /** EpochLink epoch */
                epoch?: (string|null);

                /** EpochLink predecessor */
                predecessor?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EpochLink. */
            type $Shape = tributary.v1.EpochLink.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use tributary.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends tributary.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome versions. */
            versions?: (tributary.v1.Versions.$Properties|null);

            /** Welcome hub. */
            hub?: (tributary.v1.HubIdentity.$Properties|null);

            /** Welcome term. */
            term: number;

            /** Welcome epochs. */
            epochs: tributary.v1.EpochAnswer.$Properties[];

            /** Welcome creditBytes. */
            creditBytes: number;

            /** Welcome maxShipmentBytes. */
            maxShipmentBytes: number;

            /** Welcome wallMs. */
            wallMs: number;

            /** Welcome positions. */
            positions: tributary.v1.SourcePosition.$Properties[];

            /** Welcome uploadBytes. */
            uploadBytes: number;

            /**
             * Creates a new Welcome instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Welcome instance
             */
            static create(properties: tributary.v1.Welcome.$Shape): tributary.v1.Welcome & tributary.v1.Welcome.$Shape;
            static create(properties?: tributary.v1.Welcome.$Properties): tributary.v1.Welcome;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link tributary.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Welcome & tributary.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Welcome & tributary.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome versions */
                versions?: (tributary.v1.Versions.$Properties|null);

                /** Welcome hub */
                hub?: (tributary.v1.HubIdentity.$Properties|null);

                /** Welcome term */
                term?: (number|null);

                /** Welcome epochs */
                epochs?: (tributary.v1.EpochAnswer.$Properties[]|null);

                /** Welcome creditBytes */
                creditBytes?: (number|null);

                /** Welcome maxShipmentBytes */
                maxShipmentBytes?: (number|null);

                /** Welcome wallMs */
                wallMs?: (number|null);

                /** Welcome positions */
                positions?: (tributary.v1.SourcePosition.$Properties[]|null);

                /** Welcome uploadBytes */
                uploadBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = tributary.v1.Welcome.$Properties;
        }

        /**
         * Properties of an EpochAnswer.
         * @deprecated Use tributary.v1.EpochAnswer.$Properties instead.
         */
        interface IEpochAnswer extends tributary.v1.EpochAnswer.$Properties {
        }

        /** Represents an EpochAnswer. */
        class EpochAnswer {

            /**
             * Constructs a new EpochAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.EpochAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EpochAnswer epoch. */
            epoch: string;

            /** EpochAnswer state. */
            state: tributary.v1.EpochAnswer.State;

            /** EpochAnswer reason. */
            reason: string;

            /**
             * Creates a new EpochAnswer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EpochAnswer instance
             */
            static create(properties: tributary.v1.EpochAnswer.$Shape): tributary.v1.EpochAnswer & tributary.v1.EpochAnswer.$Shape;
            static create(properties?: tributary.v1.EpochAnswer.$Properties): tributary.v1.EpochAnswer;

            /**
             * Encodes the specified EpochAnswer message. Does not implicitly {@link tributary.v1.EpochAnswer.verify|verify} messages.
             * @param message EpochAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.EpochAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EpochAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.EpochAnswer & tributary.v1.EpochAnswer.$Shape} EpochAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.EpochAnswer & tributary.v1.EpochAnswer.$Shape;
        }

        namespace EpochAnswer {

            /** Properties of an EpochAnswer. */
            interface $Properties {

                /** EpochAnswer epoch */
                epoch?: (string|null);

                /** EpochAnswer state */
                state?: (tributary.v1.EpochAnswer.State|null);

                /** EpochAnswer reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EpochAnswer. */
            type $Shape = tributary.v1.EpochAnswer.$Properties;

            /** State enum. */
            enum State {

                /** OPEN value */
                OPEN = 0,

                /** HELD value */
                HELD = 1,

                /** CLOSED value */
                CLOSED = 2
            }
        }

        /**
         * Properties of a Shipment.
         * @deprecated Use tributary.v1.Shipment.$Properties instead.
         */
        interface IShipment extends tributary.v1.Shipment.$Properties {
        }

        /** Represents a Shipment. */
        class Shipment {

            /**
             * Constructs a new Shipment.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Shipment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Shipment version. */
            version: number;

            /** Shipment edge. */
            edge: string;

            /** Shipment hub. */
            hub?: (tributary.v1.HubIdentity.$Properties|null);

            /** Shipment streams. */
            streams: tributary.v1.Stream.$Properties[];

            /** Shipment parcels. */
            parcels: tributary.v1.Parcel.$Properties[];

            /** Shipment marks. */
            marks: tributary.v1.Mark.$Properties[];

            /**
             * Creates a new Shipment instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Shipment instance
             */
            static create(properties: tributary.v1.Shipment.$Shape): tributary.v1.Shipment & tributary.v1.Shipment.$Shape;
            static create(properties?: tributary.v1.Shipment.$Properties): tributary.v1.Shipment;

            /**
             * Encodes the specified Shipment message. Does not implicitly {@link tributary.v1.Shipment.verify|verify} messages.
             * @param message Shipment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Shipment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Shipment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Shipment & tributary.v1.Shipment.$Shape} Shipment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Shipment & tributary.v1.Shipment.$Shape;
        }

        namespace Shipment {

            /** Properties of a Shipment. */
            interface $Properties {

                /** Shipment version */
                version?: (number|null);

                /** Shipment edge */
                edge?: (string|null);

                /** Shipment hub */
                hub?: (tributary.v1.HubIdentity.$Properties|null);

                /** Shipment streams */
                streams?: (tributary.v1.Stream.$Properties[]|null);

                /** Shipment parcels */
                parcels?: (tributary.v1.Parcel.$Properties[]|null);

                /** Shipment marks */
                marks?: (tributary.v1.Mark.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Shipment. */
            type $Shape = {
              version?: number|null;
              edge?: string|null;
              hub?: tributary.v1.HubIdentity.$Shape|null;
              streams?: tributary.v1.Stream.$Shape[]|null;
              parcels?: tributary.v1.Parcel.$Shape[]|null;
              marks?: tributary.v1.Mark.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Stream.
         * @deprecated Use tributary.v1.Stream.$Properties instead.
         */
        interface IStream extends tributary.v1.Stream.$Properties {
        }

        /** Represents a Stream. */
        class Stream {

            /**
             * Constructs a new Stream.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Stream.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Stream epoch. */
            epoch: string;

            /** Stream topic. */
            topic: string;

            /** Stream partition. */
            partition: number;

            /** Stream lane. */
            lane: tributary.v1.Lane;

            /** Stream sourcePartitions. */
            sourcePartitions: number;

            /** Stream previous. */
            previous?: (tributary.v1.Link.$Properties|null);

            /**
             * Creates a new Stream instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Stream instance
             */
            static create(properties: tributary.v1.Stream.$Shape): tributary.v1.Stream & tributary.v1.Stream.$Shape;
            static create(properties?: tributary.v1.Stream.$Properties): tributary.v1.Stream;

            /**
             * Encodes the specified Stream message. Does not implicitly {@link tributary.v1.Stream.verify|verify} messages.
             * @param message Stream message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Stream.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Stream message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Stream & tributary.v1.Stream.$Shape} Stream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Stream & tributary.v1.Stream.$Shape;
        }

        namespace Stream {

            /** Properties of a Stream. */
            interface $Properties {

                /** Stream epoch */
                epoch?: (string|null);

                /** Stream topic */
                topic?: (string|null);

                /** Stream partition */
                partition?: (number|null);

                /** Stream lane */
                lane?: (tributary.v1.Lane|null);

                /** Stream sourcePartitions */
                sourcePartitions?: (number|null);

                /** Stream previous */
                previous?: (tributary.v1.Link.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Stream. */
            type $Shape = tributary.v1.Stream.$Properties;
        }

        /**
         * Properties of a Link.
         * @deprecated Use tributary.v1.Link.$Properties instead.
         */
        interface ILink extends tributary.v1.Link.$Properties {
        }

        /** Represents a Link. */
        class Link {

            /**
             * Constructs a new Link.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Link.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Link epoch. */
            epoch: string;

            /** Link end. */
            end?: (tributary.v1.Point.$Properties|null);

            /**
             * Creates a new Link instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Link instance
             */
            static create(properties: tributary.v1.Link.$Shape): tributary.v1.Link & tributary.v1.Link.$Shape;
            static create(properties?: tributary.v1.Link.$Properties): tributary.v1.Link;

            /**
             * Encodes the specified Link message. Does not implicitly {@link tributary.v1.Link.verify|verify} messages.
             * @param message Link message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Link.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Link message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Link & tributary.v1.Link.$Shape} Link
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Link & tributary.v1.Link.$Shape;
        }

        namespace Link {

            /** Properties of a Link. */
            interface $Properties {

                /** Link epoch */
                epoch?: (string|null);

                /** Link end */
                end?: (tributary.v1.Point.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Link. */
            type $Shape = tributary.v1.Link.$Properties;
        }

        /**
         * Properties of a Parcel.
         * @deprecated Use tributary.v1.Parcel.$Properties instead.
         */
        interface IParcel extends tributary.v1.Parcel.$Properties {
        }

        /** Represents a Parcel. */
        class Parcel {

            /**
             * Constructs a new Parcel.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Parcel.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Parcel stream. */
            stream: number;

            /** Parcel sealed. */
            sealed?: (tributary.v1.Sealed.$Properties|null);

            /** Parcel gap. */
            gap?: (tributary.v1.Gap.$Properties|null);

            /** Parcel content. */
            content?: ("sealed"|"gap");

            /**
             * Creates a new Parcel instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Parcel instance
             */
            static create(properties: tributary.v1.Parcel.$Shape): tributary.v1.Parcel & tributary.v1.Parcel.$Shape;
            static create(properties?: tributary.v1.Parcel.$Properties): tributary.v1.Parcel;

            /**
             * Encodes the specified Parcel message. Does not implicitly {@link tributary.v1.Parcel.verify|verify} messages.
             * @param message Parcel message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Parcel.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Parcel message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Parcel & tributary.v1.Parcel.$Shape} Parcel
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Parcel & tributary.v1.Parcel.$Shape;
        }

        namespace Parcel {

            /** Properties of a Parcel. */
            interface $Properties {

                /** Parcel stream */
                stream?: (number|null);

                /** Parcel sealed */
                sealed?: (tributary.v1.Sealed.$Properties|null);

                /** Parcel gap */
                gap?: (tributary.v1.Gap.$Properties|null);

                /** Parcel content */
                content?: ("sealed"|"gap");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Parcel. */
            type $Shape = {
              stream?: number|null;
              sealed?: tributary.v1.Sealed.$Shape|null;
              gap?: tributary.v1.Gap.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ content?: undefined; sealed?: null; gap?: null }|{ content?: "sealed"; sealed: tributary.v1.Sealed.$Shape; gap?: null }|{ content?: "gap"; sealed?: null; gap: tributary.v1.Gap.$Shape })
            );
        }

        /**
         * Properties of a Sealed.
         * @deprecated Use tributary.v1.Sealed.$Properties instead.
         */
        interface ISealed extends tributary.v1.Sealed.$Properties {
        }

        /** Represents a Sealed. */
        class Sealed {

            /**
             * Constructs a new Sealed.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Sealed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Sealed first. */
            first: number;

            /** Sealed last. */
            last: number;

            /** Sealed previousTip. */
            previousTip: Uint8Array;

            /** Sealed tip. */
            tip: Uint8Array;

            /** Sealed blob. */
            blob: Uint8Array;

            /** Sealed minTimestamp. */
            minTimestamp: number;

            /** Sealed maxTimestamp. */
            maxTimestamp: number;

            /** Sealed shiftMs. */
            shiftMs: number;

            /** Sealed position. */
            position?: (tributary.v1.SourcePosition.$Properties|null);

            /**
             * Creates a new Sealed instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Sealed instance
             */
            static create(properties: tributary.v1.Sealed.$Shape): tributary.v1.Sealed & tributary.v1.Sealed.$Shape;
            static create(properties?: tributary.v1.Sealed.$Properties): tributary.v1.Sealed;

            /**
             * Encodes the specified Sealed message. Does not implicitly {@link tributary.v1.Sealed.verify|verify} messages.
             * @param message Sealed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Sealed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Sealed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Sealed & tributary.v1.Sealed.$Shape} Sealed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Sealed & tributary.v1.Sealed.$Shape;
        }

        namespace Sealed {

            /** Properties of a Sealed. */
            interface $Properties {

                /** Sealed first */
                first?: (number|null);

                /** Sealed last */
                last?: (number|null);

                /** Sealed previousTip */
                previousTip?: (Uint8Array|null);

                /** Sealed tip */
                tip?: (Uint8Array|null);

                /** Sealed blob */
                blob?: (Uint8Array|null);

                /** Sealed minTimestamp */
                minTimestamp?: (number|null);

                /** Sealed maxTimestamp */
                maxTimestamp?: (number|null);

                /** Sealed shiftMs */
                shiftMs?: (number|null);

                /** Sealed position */
                position?: (tributary.v1.SourcePosition.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Sealed. */
            type $Shape = tributary.v1.Sealed.$Properties;
        }

        /**
         * Properties of a Gap.
         * @deprecated Use tributary.v1.Gap.$Properties instead.
         */
        interface IGap extends tributary.v1.Gap.$Properties {
        }

        /** Represents a Gap. */
        class Gap {

            /**
             * Constructs a new Gap.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Gap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Gap first. */
            first: number;

            /** Gap last. */
            last: number;

            /** Gap previousTip. */
            previousTip: Uint8Array;

            /** Gap tip. */
            tip: Uint8Array;

            /** Gap reason. */
            reason: tributary.v1.GapReason;

            /** Gap minTimestamp. */
            minTimestamp: number;

            /** Gap maxTimestamp. */
            maxTimestamp: number;

            /** Gap detail. */
            detail: string;

            /**
             * Creates a new Gap instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Gap instance
             */
            static create(properties: tributary.v1.Gap.$Shape): tributary.v1.Gap & tributary.v1.Gap.$Shape;
            static create(properties?: tributary.v1.Gap.$Properties): tributary.v1.Gap;

            /**
             * Encodes the specified Gap message. Does not implicitly {@link tributary.v1.Gap.verify|verify} messages.
             * @param message Gap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Gap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Gap & tributary.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Gap & tributary.v1.Gap.$Shape;
        }

        namespace Gap {

            /** Properties of a Gap. */
            interface $Properties {

                /** Gap first */
                first?: (number|null);

                /** Gap last */
                last?: (number|null);

                /** Gap previousTip */
                previousTip?: (Uint8Array|null);

                /** Gap tip */
                tip?: (Uint8Array|null);

                /** Gap reason */
                reason?: (tributary.v1.GapReason|null);

                /** Gap minTimestamp */
                minTimestamp?: (number|null);

                /** Gap maxTimestamp */
                maxTimestamp?: (number|null);

                /** Gap detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Gap. */
            type $Shape = tributary.v1.Gap.$Properties;
        }

        /**
         * Properties of a Mark.
         * @deprecated Use tributary.v1.Mark.$Properties instead.
         */
        interface IMark extends tributary.v1.Mark.$Properties {
        }

        /** Represents a Mark. */
        class Mark {

            /**
             * Constructs a new Mark.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Mark.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Mark capturedAtMs. */
            capturedAtMs: number;

            /** Mark streams. */
            streams: tributary.v1.MarkedStream.$Properties[];

            /**
             * Creates a new Mark instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Mark instance
             */
            static create(properties: tributary.v1.Mark.$Shape): tributary.v1.Mark & tributary.v1.Mark.$Shape;
            static create(properties?: tributary.v1.Mark.$Properties): tributary.v1.Mark;

            /**
             * Encodes the specified Mark message. Does not implicitly {@link tributary.v1.Mark.verify|verify} messages.
             * @param message Mark message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Mark.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Mark message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Mark & tributary.v1.Mark.$Shape} Mark
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Mark & tributary.v1.Mark.$Shape;
        }

        namespace Mark {

            /** Properties of a Mark. */
            interface $Properties {

                /** Mark capturedAtMs */
                capturedAtMs?: (number|null);

                /** Mark streams */
                streams?: (tributary.v1.MarkedStream.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Mark. */
            type $Shape = tributary.v1.Mark.$Properties;
        }

        /**
         * Properties of a MarkedStream.
         * @deprecated Use tributary.v1.MarkedStream.$Properties instead.
         */
        interface IMarkedStream extends tributary.v1.MarkedStream.$Properties {
        }

        /** Represents a MarkedStream. */
        class MarkedStream {

            /**
             * Constructs a new MarkedStream.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.MarkedStream.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MarkedStream stream. */
            stream: number;

            /** MarkedStream next. */
            next: number;

            /** MarkedStream withheld. */
            withheld: number;

            /** MarkedStream refused. */
            refused: number;

            /**
             * Creates a new MarkedStream instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MarkedStream instance
             */
            static create(properties: tributary.v1.MarkedStream.$Shape): tributary.v1.MarkedStream & tributary.v1.MarkedStream.$Shape;
            static create(properties?: tributary.v1.MarkedStream.$Properties): tributary.v1.MarkedStream;

            /**
             * Encodes the specified MarkedStream message. Does not implicitly {@link tributary.v1.MarkedStream.verify|verify} messages.
             * @param message MarkedStream message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.MarkedStream.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MarkedStream message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.MarkedStream & tributary.v1.MarkedStream.$Shape} MarkedStream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.MarkedStream & tributary.v1.MarkedStream.$Shape;
        }

        namespace MarkedStream {

            /** Properties of a MarkedStream. */
            interface $Properties {

                /** MarkedStream stream */
                stream?: (number|null);

                /** MarkedStream next */
                next?: (number|null);

                /** MarkedStream withheld */
                withheld?: (number|null);

                /** MarkedStream refused */
                refused?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MarkedStream. */
            type $Shape = tributary.v1.MarkedStream.$Properties;
        }

        /**
         * Properties of a SourcePosition.
         * @deprecated Use tributary.v1.SourcePosition.$Properties instead.
         */
        interface ISourcePosition extends tributary.v1.SourcePosition.$Properties {
        }

        /** Represents a SourcePosition. */
        class SourcePosition {

            /**
             * Constructs a new SourcePosition.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.SourcePosition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SourcePosition kind. */
            kind: string;

            /** SourcePosition clusterId. */
            clusterId: string;

            /** SourcePosition topic. */
            topic: string;

            /** SourcePosition topicId. */
            topicId: string;

            /** SourcePosition partition. */
            partition: number;

            /** SourcePosition leaderEpoch. */
            leaderEpoch: number;

            /** SourcePosition nextOffset. */
            nextOffset: number;

            /** SourcePosition lastRecordCrc. */
            lastRecordCrc: number;

            /** SourcePosition lastTimestamp. */
            lastTimestamp: number;

            /** SourcePosition coveredFrom. */
            coveredFrom: number;

            /**
             * Creates a new SourcePosition instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SourcePosition instance
             */
            static create(properties: tributary.v1.SourcePosition.$Shape): tributary.v1.SourcePosition & tributary.v1.SourcePosition.$Shape;
            static create(properties?: tributary.v1.SourcePosition.$Properties): tributary.v1.SourcePosition;

            /**
             * Encodes the specified SourcePosition message. Does not implicitly {@link tributary.v1.SourcePosition.verify|verify} messages.
             * @param message SourcePosition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.SourcePosition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SourcePosition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.SourcePosition & tributary.v1.SourcePosition.$Shape} SourcePosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.SourcePosition & tributary.v1.SourcePosition.$Shape;
        }

        namespace SourcePosition {

            /** Properties of a SourcePosition. */
            interface $Properties {

                /** SourcePosition kind */
                kind?: (string|null);

                /** SourcePosition clusterId */
                clusterId?: (string|null);

                /** SourcePosition topic */
                topic?: (string|null);

                /** SourcePosition topicId */
                topicId?: (string|null);

                /** SourcePosition partition */
                partition?: (number|null);

                /** SourcePosition leaderEpoch */
                leaderEpoch?: (number|null);

                /** SourcePosition nextOffset */
                nextOffset?: (number|null);

                /** SourcePosition lastRecordCrc */
                lastRecordCrc?: (number|null);

                /** SourcePosition lastTimestamp */
                lastTimestamp?: (number|null);

                /** SourcePosition coveredFrom */
                coveredFrom?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SourcePosition. */
            type $Shape = tributary.v1.SourcePosition.$Properties;
        }

        /**
         * Properties of a Part.
         * @deprecated Use tributary.v1.Part.$Properties instead.
         */
        interface IPart extends tributary.v1.Part.$Properties {
        }

        /** Represents a Part. */
        class Part {

            /**
             * Constructs a new Part.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Part.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Part version. */
            version: number;

            /** Part edge. */
            edge: string;

            /** Part upload. */
            upload: Uint8Array;

            /** Part offset. */
            offset: number;

            /** Part total. */
            total: number;

            /** Part content. */
            content: Uint8Array;

            /**
             * Creates a new Part instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Part instance
             */
            static create(properties: tributary.v1.Part.$Shape): tributary.v1.Part & tributary.v1.Part.$Shape;
            static create(properties?: tributary.v1.Part.$Properties): tributary.v1.Part;

            /**
             * Encodes the specified Part message. Does not implicitly {@link tributary.v1.Part.verify|verify} messages.
             * @param message Part message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Part.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Part message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Part & tributary.v1.Part.$Shape} Part
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Part & tributary.v1.Part.$Shape;
        }

        namespace Part {

            /** Properties of a Part. */
            interface $Properties {

                /** Part version */
                version?: (number|null);

                /** Part edge */
                edge?: (string|null);

                /** Part upload */
                upload?: (Uint8Array|null);

                /** Part offset */
                offset?: (number|null);

                /** Part total */
                total?: (number|null);

                /** Part content */
                content?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Part. */
            type $Shape = tributary.v1.Part.$Properties;
        }

        /**
         * Properties of a PartAnswer.
         * @deprecated Use tributary.v1.PartAnswer.$Properties instead.
         */
        interface IPartAnswer extends tributary.v1.PartAnswer.$Properties {
        }

        /** Represents a PartAnswer. */
        class PartAnswer {

            /**
             * Constructs a new PartAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.PartAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PartAnswer received. */
            received: number;

            /** PartAnswer creditBytes. */
            creditBytes: number;

            /** PartAnswer receipt. */
            receipt: Uint8Array;

            /** PartAnswer retryAfterMs. */
            retryAfterMs: number;

            /**
             * Creates a new PartAnswer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PartAnswer instance
             */
            static create(properties: tributary.v1.PartAnswer.$Shape): tributary.v1.PartAnswer & tributary.v1.PartAnswer.$Shape;
            static create(properties?: tributary.v1.PartAnswer.$Properties): tributary.v1.PartAnswer;

            /**
             * Encodes the specified PartAnswer message. Does not implicitly {@link tributary.v1.PartAnswer.verify|verify} messages.
             * @param message PartAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.PartAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PartAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.PartAnswer & tributary.v1.PartAnswer.$Shape} PartAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.PartAnswer & tributary.v1.PartAnswer.$Shape;
        }

        namespace PartAnswer {

            /** Properties of a PartAnswer. */
            interface $Properties {

                /** PartAnswer received */
                received?: (number|null);

                /** PartAnswer creditBytes */
                creditBytes?: (number|null);

                /** PartAnswer receipt */
                receipt?: (Uint8Array|null);

                /** PartAnswer retryAfterMs */
                retryAfterMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PartAnswer. */
            type $Shape = tributary.v1.PartAnswer.$Properties;
        }

        /**
         * Properties of a Receipt.
         * @deprecated Use tributary.v1.Receipt.$Properties instead.
         */
        interface IReceipt extends tributary.v1.Receipt.$Properties {
        }

        /** Represents a Receipt. */
        class Receipt {

            /**
             * Constructs a new Receipt.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Receipt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Receipt version. */
            version: number;

            /** Receipt term. */
            term: number;

            /** Receipt streams. */
            streams: tributary.v1.StreamReceipt.$Properties[];

            /** Receipt creditBytes. */
            creditBytes: number;

            /**
             * Creates a new Receipt instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Receipt instance
             */
            static create(properties: tributary.v1.Receipt.$Shape): tributary.v1.Receipt & tributary.v1.Receipt.$Shape;
            static create(properties?: tributary.v1.Receipt.$Properties): tributary.v1.Receipt;

            /**
             * Encodes the specified Receipt message. Does not implicitly {@link tributary.v1.Receipt.verify|verify} messages.
             * @param message Receipt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Receipt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Receipt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Receipt & tributary.v1.Receipt.$Shape} Receipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Receipt & tributary.v1.Receipt.$Shape;
        }

        namespace Receipt {

            /** Properties of a Receipt. */
            interface $Properties {

                /** Receipt version */
                version?: (number|null);

                /** Receipt term */
                term?: (number|null);

                /** Receipt streams */
                streams?: (tributary.v1.StreamReceipt.$Properties[]|null);

                /** Receipt creditBytes */
                creditBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Receipt. */
            type $Shape = tributary.v1.Receipt.$Properties;
        }

        /**
         * Properties of a StreamReceipt.
         * @deprecated Use tributary.v1.StreamReceipt.$Properties instead.
         */
        interface IStreamReceipt extends tributary.v1.StreamReceipt.$Properties {
        }

        /** Represents a StreamReceipt. */
        class StreamReceipt {

            /**
             * Constructs a new StreamReceipt.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.StreamReceipt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamReceipt stream. */
            stream: number;

            /** StreamReceipt points. */
            points: tributary.v1.Point.$Properties[];

            /** StreamReceipt refusal. */
            refusal?: (tributary.v1.Refusal.$Properties|null);

            /** StreamReceipt deadLettered. */
            deadLettered: tributary.v1.Range.$Properties[];

            /** StreamReceipt gaps. */
            gaps: tributary.v1.Range.$Properties[];

            /**
             * Creates a new StreamReceipt instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StreamReceipt instance
             */
            static create(properties: tributary.v1.StreamReceipt.$Shape): tributary.v1.StreamReceipt & tributary.v1.StreamReceipt.$Shape;
            static create(properties?: tributary.v1.StreamReceipt.$Properties): tributary.v1.StreamReceipt;

            /**
             * Encodes the specified StreamReceipt message. Does not implicitly {@link tributary.v1.StreamReceipt.verify|verify} messages.
             * @param message StreamReceipt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.StreamReceipt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamReceipt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.StreamReceipt & tributary.v1.StreamReceipt.$Shape} StreamReceipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.StreamReceipt & tributary.v1.StreamReceipt.$Shape;
        }

        namespace StreamReceipt {

            /** Properties of a StreamReceipt. */
            interface $Properties {

                /** StreamReceipt stream */
                stream?: (number|null);

                /** StreamReceipt points */
                points?: (tributary.v1.Point.$Properties[]|null);

                /** StreamReceipt refusal */
                refusal?: (tributary.v1.Refusal.$Properties|null);

                /** StreamReceipt deadLettered */
                deadLettered?: (tributary.v1.Range.$Properties[]|null);

                /** StreamReceipt gaps */
                gaps?: (tributary.v1.Range.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StreamReceipt. */
            type $Shape = tributary.v1.StreamReceipt.$Properties;
        }

        /**
         * Properties of a Range.
         * @deprecated Use tributary.v1.Range.$Properties instead.
         */
        interface IRange extends tributary.v1.Range.$Properties {
        }

        /** Represents a Range. */
        class Range {

            /**
             * Constructs a new Range.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Range.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Range first. */
            first: number;

            /** Range last. */
            last: number;

            /** Range reason. */
            reason: string;

            /**
             * Creates a new Range instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Range instance
             */
            static create(properties: tributary.v1.Range.$Shape): tributary.v1.Range & tributary.v1.Range.$Shape;
            static create(properties?: tributary.v1.Range.$Properties): tributary.v1.Range;

            /**
             * Encodes the specified Range message. Does not implicitly {@link tributary.v1.Range.verify|verify} messages.
             * @param message Range message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Range.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Range message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Range & tributary.v1.Range.$Shape} Range
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Range & tributary.v1.Range.$Shape;
        }

        namespace Range {

            /** Properties of a Range. */
            interface $Properties {

                /** Range first */
                first?: (number|null);

                /** Range last */
                last?: (number|null);

                /** Range reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Range. */
            type $Shape = tributary.v1.Range.$Properties;
        }

        /**
         * Properties of a Refusal.
         * @deprecated Use tributary.v1.Refusal.$Properties instead.
         */
        interface IRefusal extends tributary.v1.Refusal.$Properties {
        }

        /** Represents a Refusal. */
        class Refusal {

            /**
             * Constructs a new Refusal.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Refusal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refusal code. */
            code: tributary.v1.Refusal.Code;

            /** Refusal reason. */
            reason: string;

            /** Refusal expected. */
            expected: number;

            /** Refusal retryAfterMs. */
            retryAfterMs: number;

            /** Refusal range. */
            range?: (tributary.v1.Range.$Properties|null);

            /**
             * Creates a new Refusal instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Refusal instance
             */
            static create(properties: tributary.v1.Refusal.$Shape): tributary.v1.Refusal & tributary.v1.Refusal.$Shape;
            static create(properties?: tributary.v1.Refusal.$Properties): tributary.v1.Refusal;

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link tributary.v1.Refusal.verify|verify} messages.
             * @param message Refusal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Refusal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Refusal & tributary.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Refusal & tributary.v1.Refusal.$Shape;
        }

        namespace Refusal {

            /** Properties of a Refusal. */
            interface $Properties {

                /** Refusal code */
                code?: (tributary.v1.Refusal.Code|null);

                /** Refusal reason */
                reason?: (string|null);

                /** Refusal expected */
                expected?: (number|null);

                /** Refusal retryAfterMs */
                retryAfterMs?: (number|null);

                /** Refusal range */
                range?: (tributary.v1.Range.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refusal. */
            type $Shape = tributary.v1.Refusal.$Properties;

            /** Code enum. */
            enum Code {

                /** NONE value */
                NONE = 0,

                /** AHEAD value */
                AHEAD = 1,

                /** FORK value */
                FORK = 2,

                /** TIP_UNKNOWN value */
                TIP_UNKNOWN = 3,

                /** PREDECESSOR_NOT_DRAINED value */
                PREDECESSOR_NOT_DRAINED = 4,

                /** EPOCH_UNKNOWN value */
                EPOCH_UNKNOWN = 5,

                /** EPOCH_HELD value */
                EPOCH_HELD = 6,

                /** PARKED value */
                PARKED = 7,

                /** REJECTED value */
                REJECTED = 8,

                /** CORRUPT value */
                CORRUPT = 9,

                /** LIMIT value */
                LIMIT = 10
            }
        }

        /**
         * Properties of a Problem.
         * @deprecated Use tributary.v1.Problem.$Properties instead.
         */
        interface IProblem extends tributary.v1.Problem.$Properties {
        }

        /** Represents a Problem. */
        class Problem {

            /**
             * Constructs a new Problem.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Problem.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Problem code. */
            code: string;

            /** Problem message. */
            message: string;

            /** Problem retry. */
            retry: string;

            /** Problem retryAfterMs. */
            retryAfterMs: number;

            /** Problem hub. */
            hub?: (tributary.v1.HubIdentity.$Properties|null);

            /**
             * Creates a new Problem instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Problem instance
             */
            static create(properties: tributary.v1.Problem.$Shape): tributary.v1.Problem & tributary.v1.Problem.$Shape;
            static create(properties?: tributary.v1.Problem.$Properties): tributary.v1.Problem;

            /**
             * Encodes the specified Problem message. Does not implicitly {@link tributary.v1.Problem.verify|verify} messages.
             * @param message Problem message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Problem.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Problem message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Problem & tributary.v1.Problem.$Shape} Problem
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Problem & tributary.v1.Problem.$Shape;
        }

        namespace Problem {

            /** Properties of a Problem. */
            interface $Properties {

                /** Problem code */
                code?: (string|null);

                /** Problem message */
                message?: (string|null);

                /** Problem retry */
                retry?: (string|null);

                /** Problem retryAfterMs */
                retryAfterMs?: (number|null);

                /** Problem hub */
                hub?: (tributary.v1.HubIdentity.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Problem. */
            type $Shape = tributary.v1.Problem.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use tributary.v1.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends tributary.v1.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat version. */
            version: number;

            /** Heartbeat edge. */
            edge: string;

            /** Heartbeat agentVersion. */
            agentVersion: string;

            /** Heartbeat wallMs. */
            wallMs: number;

            /** Heartbeat startedAtMs. */
            startedAtMs: number;

            /** Heartbeat linkState. */
            linkState: string;

            /** Heartbeat linkSinceMs. */
            linkSinceMs: number;

            /** Heartbeat bufferBytes. */
            bufferBytes: number;

            /** Heartbeat bufferMaxBytes. */
            bufferMaxBytes: number;

            /** Heartbeat bufferOldestAgeMs. */
            bufferOldestAgeMs: number;

            /** Heartbeat places. */
            places: tributary.v1.PlaceReport.$Properties[];

            /** Heartbeat placesLeftOut. */
            placesLeftOut: number;

            /** Heartbeat sources. */
            sources: tributary.v1.SourceReport.$Properties[];

            /** Heartbeat outlook. */
            outlook?: (tributary.v1.Outlook.$Properties|null);

            /**
             * Creates a new Heartbeat instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Heartbeat instance
             */
            static create(properties: tributary.v1.Heartbeat.$Shape): tributary.v1.Heartbeat & tributary.v1.Heartbeat.$Shape;
            static create(properties?: tributary.v1.Heartbeat.$Properties): tributary.v1.Heartbeat;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link tributary.v1.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Heartbeat & tributary.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Heartbeat & tributary.v1.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat version */
                version?: (number|null);

                /** Heartbeat edge */
                edge?: (string|null);

                /** Heartbeat agentVersion */
                agentVersion?: (string|null);

                /** Heartbeat wallMs */
                wallMs?: (number|null);

                /** Heartbeat startedAtMs */
                startedAtMs?: (number|null);

                /** Heartbeat linkState */
                linkState?: (string|null);

                /** Heartbeat linkSinceMs */
                linkSinceMs?: (number|null);

                /** Heartbeat bufferBytes */
                bufferBytes?: (number|null);

                /** Heartbeat bufferMaxBytes */
                bufferMaxBytes?: (number|null);

                /** Heartbeat bufferOldestAgeMs */
                bufferOldestAgeMs?: (number|null);

                /** Heartbeat places */
                places?: (tributary.v1.PlaceReport.$Properties[]|null);

                /** Heartbeat placesLeftOut */
                placesLeftOut?: (number|null);

                /** Heartbeat sources */
                sources?: (tributary.v1.SourceReport.$Properties[]|null);

                /** Heartbeat outlook */
                outlook?: (tributary.v1.Outlook.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = tributary.v1.Heartbeat.$Properties;
        }

        /**
         * Properties of an Outlook.
         * @deprecated Use tributary.v1.Outlook.$Properties instead.
         */
        interface IOutlook extends tributary.v1.Outlook.$Properties {
        }

        /** Represents an Outlook. */
        class Outlook {

            /**
             * Constructs a new Outlook.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.Outlook.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Outlook linkBytesPerSecond. */
            linkBytesPerSecond: number;

            /** Outlook intakePerSecond. */
            intakePerSecond: number;

            /** Outlook drainPerSecond. */
            drainPerSecond: number;

            /** Outlook drainMs. */
            drainMs: number;

            /** Outlook fullMs. */
            fullMs: number;

            /** Outlook topics. */
            topics: tributary.v1.TopicOutlook.$Properties[];

            /** Outlook topicsLeftOut. */
            topicsLeftOut: number;

            /** Outlook leftOutBytes. */
            leftOutBytes: number;

            /**
             * Creates a new Outlook instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Outlook instance
             */
            static create(properties: tributary.v1.Outlook.$Shape): tributary.v1.Outlook & tributary.v1.Outlook.$Shape;
            static create(properties?: tributary.v1.Outlook.$Properties): tributary.v1.Outlook;

            /**
             * Encodes the specified Outlook message. Does not implicitly {@link tributary.v1.Outlook.verify|verify} messages.
             * @param message Outlook message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.Outlook.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Outlook message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.Outlook & tributary.v1.Outlook.$Shape} Outlook
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.Outlook & tributary.v1.Outlook.$Shape;
        }

        namespace Outlook {

            /** Properties of an Outlook. */
            interface $Properties {

                /** Outlook linkBytesPerSecond */
                linkBytesPerSecond?: (number|null);

                /** Outlook intakePerSecond */
                intakePerSecond?: (number|null);

                /** Outlook drainPerSecond */
                drainPerSecond?: (number|null);

                /** Outlook drainMs */
                drainMs?: (number|null);

                /** Outlook fullMs */
                fullMs?: (number|null);

                /** Outlook topics */
                topics?: (tributary.v1.TopicOutlook.$Properties[]|null);

                /** Outlook topicsLeftOut */
                topicsLeftOut?: (number|null);

                /** Outlook leftOutBytes */
                leftOutBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Outlook. */
            type $Shape = tributary.v1.Outlook.$Properties;
        }

        /**
         * Properties of a TopicOutlook.
         * @deprecated Use tributary.v1.TopicOutlook.$Properties instead.
         */
        interface ITopicOutlook extends tributary.v1.TopicOutlook.$Properties {
        }

        /** Represents a TopicOutlook. */
        class TopicOutlook {

            /**
             * Constructs a new TopicOutlook.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.TopicOutlook.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicOutlook topic. */
            topic: string;

            /** TopicOutlook buffered. */
            buffered: number;

            /** TopicOutlook bytes. */
            bytes: number;

            /** TopicOutlook oldestAgeMs. */
            oldestAgeMs: number;

            /**
             * Creates a new TopicOutlook instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TopicOutlook instance
             */
            static create(properties: tributary.v1.TopicOutlook.$Shape): tributary.v1.TopicOutlook & tributary.v1.TopicOutlook.$Shape;
            static create(properties?: tributary.v1.TopicOutlook.$Properties): tributary.v1.TopicOutlook;

            /**
             * Encodes the specified TopicOutlook message. Does not implicitly {@link tributary.v1.TopicOutlook.verify|verify} messages.
             * @param message TopicOutlook message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.TopicOutlook.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicOutlook message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.TopicOutlook & tributary.v1.TopicOutlook.$Shape} TopicOutlook
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.TopicOutlook & tributary.v1.TopicOutlook.$Shape;
        }

        namespace TopicOutlook {

            /** Properties of a TopicOutlook. */
            interface $Properties {

                /** TopicOutlook topic */
                topic?: (string|null);

                /** TopicOutlook buffered */
                buffered?: (number|null);

                /** TopicOutlook bytes */
                bytes?: (number|null);

                /** TopicOutlook oldestAgeMs */
                oldestAgeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicOutlook. */
            type $Shape = tributary.v1.TopicOutlook.$Properties;
        }

        /**
         * Properties of a PlaceReport.
         * @deprecated Use tributary.v1.PlaceReport.$Properties instead.
         */
        interface IPlaceReport extends tributary.v1.PlaceReport.$Properties {
        }

        /** Represents a PlaceReport. */
        class PlaceReport {

            /**
             * Constructs a new PlaceReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.PlaceReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PlaceReport topic. */
            topic: string;

            /** PlaceReport partition. */
            partition: number;

            /** PlaceReport lane. */
            lane: tributary.v1.Lane;

            /** PlaceReport captured. */
            captured: number;

            /** PlaceReport delivered. */
            delivered: number;

            /** PlaceReport buffered. */
            buffered: number;

            /** PlaceReport gaps. */
            gaps: number;

            /** PlaceReport oldestAgeMs. */
            oldestAgeMs: number;

            /** PlaceReport state. */
            state: string;

            /** PlaceReport maybeDuplicate. */
            maybeDuplicate: number;

            /**
             * Creates a new PlaceReport instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PlaceReport instance
             */
            static create(properties: tributary.v1.PlaceReport.$Shape): tributary.v1.PlaceReport & tributary.v1.PlaceReport.$Shape;
            static create(properties?: tributary.v1.PlaceReport.$Properties): tributary.v1.PlaceReport;

            /**
             * Encodes the specified PlaceReport message. Does not implicitly {@link tributary.v1.PlaceReport.verify|verify} messages.
             * @param message PlaceReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.PlaceReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PlaceReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.PlaceReport & tributary.v1.PlaceReport.$Shape} PlaceReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.PlaceReport & tributary.v1.PlaceReport.$Shape;
        }

        namespace PlaceReport {

            /** Properties of a PlaceReport. */
            interface $Properties {

                /** PlaceReport topic */
                topic?: (string|null);

                /** PlaceReport partition */
                partition?: (number|null);

                /** PlaceReport lane */
                lane?: (tributary.v1.Lane|null);

                /** PlaceReport captured */
                captured?: (number|null);

                /** PlaceReport delivered */
                delivered?: (number|null);

                /** PlaceReport buffered */
                buffered?: (number|null);

                /** PlaceReport gaps */
                gaps?: (number|null);

                /** PlaceReport oldestAgeMs */
                oldestAgeMs?: (number|null);

                /** PlaceReport state */
                state?: (string|null);

                /** PlaceReport maybeDuplicate */
                maybeDuplicate?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PlaceReport. */
            type $Shape = tributary.v1.PlaceReport.$Properties;
        }

        /**
         * Properties of a SourceReport.
         * @deprecated Use tributary.v1.SourceReport.$Properties instead.
         */
        interface ISourceReport extends tributary.v1.SourceReport.$Properties {
        }

        /** Represents a SourceReport. */
        class SourceReport {

            /**
             * Constructs a new SourceReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.SourceReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SourceReport name. */
            name: string;

            /** SourceReport state. */
            state: string;

            /** SourceReport reason. */
            reason: string;

            /**
             * Creates a new SourceReport instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SourceReport instance
             */
            static create(properties: tributary.v1.SourceReport.$Shape): tributary.v1.SourceReport & tributary.v1.SourceReport.$Shape;
            static create(properties?: tributary.v1.SourceReport.$Properties): tributary.v1.SourceReport;

            /**
             * Encodes the specified SourceReport message. Does not implicitly {@link tributary.v1.SourceReport.verify|verify} messages.
             * @param message SourceReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.SourceReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SourceReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.SourceReport & tributary.v1.SourceReport.$Shape} SourceReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.SourceReport & tributary.v1.SourceReport.$Shape;
        }

        namespace SourceReport {

            /** Properties of a SourceReport. */
            interface $Properties {

                /** SourceReport name */
                name?: (string|null);

                /** SourceReport state */
                state?: (string|null);

                /** SourceReport reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SourceReport. */
            type $Shape = tributary.v1.SourceReport.$Properties;
        }

        /**
         * Properties of a HeartbeatAnswer.
         * @deprecated Use tributary.v1.HeartbeatAnswer.$Properties instead.
         */
        interface IHeartbeatAnswer extends tributary.v1.HeartbeatAnswer.$Properties {
        }

        /** Represents a HeartbeatAnswer. */
        class HeartbeatAnswer {

            /**
             * Constructs a new HeartbeatAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: tributary.v1.HeartbeatAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeartbeatAnswer version. */
            version: number;

            /** HeartbeatAnswer term. */
            term: number;

            /** HeartbeatAnswer creditBytes. */
            creditBytes: number;

            /** HeartbeatAnswer wallMs. */
            wallMs: number;

            /**
             * Creates a new HeartbeatAnswer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HeartbeatAnswer instance
             */
            static create(properties: tributary.v1.HeartbeatAnswer.$Shape): tributary.v1.HeartbeatAnswer & tributary.v1.HeartbeatAnswer.$Shape;
            static create(properties?: tributary.v1.HeartbeatAnswer.$Properties): tributary.v1.HeartbeatAnswer;

            /**
             * Encodes the specified HeartbeatAnswer message. Does not implicitly {@link tributary.v1.HeartbeatAnswer.verify|verify} messages.
             * @param message HeartbeatAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tributary.v1.HeartbeatAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeartbeatAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tributary.v1.HeartbeatAnswer & tributary.v1.HeartbeatAnswer.$Shape} HeartbeatAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tributary.v1.HeartbeatAnswer & tributary.v1.HeartbeatAnswer.$Shape;
        }

        namespace HeartbeatAnswer {

            /** Properties of a HeartbeatAnswer. */
            interface $Properties {

                /** HeartbeatAnswer version */
                version?: (number|null);

                /** HeartbeatAnswer term */
                term?: (number|null);

                /** HeartbeatAnswer creditBytes */
                creditBytes?: (number|null);

                /** HeartbeatAnswer wallMs */
                wallMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeartbeatAnswer. */
            type $Shape = tributary.v1.HeartbeatAnswer.$Properties;
        }
    }
}
