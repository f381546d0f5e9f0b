/** Memos as Koreans write them, the same for the same number: words with particles and endings, in sentences. */
import { SeededRandom } from '../kills/random.ts';

export interface CorpusMemo {
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly priority: number;
  readonly category: string;
}

const NOUNS = (
  '회의 일정 보고서 프로젝트 서버 점심 저녁 약속 친구 가족 여행 공항 호텔 기차표 도서관 시험 과제 발표 자료 강의 교수님 동아리 학교 ' +
  '회사 팀장님 고객 계약 예산 결제 영수증 주문 배송 택배 우유 달걀 김치 사과 커피 운동 병원 예약 약국 감기 생일 선물 케이크 영화 음악 ' +
  '공연 사진 노트북 충전기 비밀번호 데이터베이스 배포 장애 로그 테스트 코드 리뷰 문서 설계 요구사항 일기 날씨 우산 산책 강아지 고양이 화분 청소 빨래'
).split(' ');
const PARTICLES = '은 는 이 가 을 를 에 에서 으로 와 과 도 만 부터 까지 에게 보다 처럼'.split(' ');
const VERBS = (
  '확인하기 정리했다 보내야 한다 준비한다 끝냈다 미뤄졌다 시작한다 예약했다 취소했다 사야 한다 연락하기 물어보기 고쳤다 올렸다 ' +
  '검토하기 논의했다 결정했다 기억하자 잊지 말자 다시 보기'
).split(' ');
const ADVERBS = '오늘 내일 다음주 월요일에 금요일까지 오전에 오후 늦게 천천히 빨리 꼭 아마 함께 먼저 나중에 다시'.split(
  ' ',
);
const CATEGORIES = ['업무', '학교', '개인', '장보기', '여행'];

/** In about one memo of a hundred thousand. */
export const RARE_WORD = '블루베리잼';
const RARE_EVERY = 100_000;

/** What the searches of the benchmark ask for. */
export const QUERIES = {
  frequent: ['회의', '보고서', '프로젝트', '데이터베이스', '점심'],
  rare: [RARE_WORD, '블루베', '베리잼'],
  /** Of syllables that every third memo has, which never stand side by side. */
  absent: ['의회사', '서프고', '정일심', '과제커'],
  'one syllable': ['봄', '회', '약', '잼'],
} as const;

/** The memo of that number. */
export function memoOf(number: number): CorpusMemo {
  const random = new SeededRandom(number * 7919 + 17);
  const sentences = Array.from({ length: Math.floor(random.between(2, 9)) }, () => sentence(random));
  if (number % RARE_EVERY === RARE_EVERY / 2) sentences.push(`${RARE_WORD} 한 병 사야 한다.`);
  return {
    title: `${random.pick(NOUNS)} ${random.pick(NOUNS)} ${random.pick(VERBS)}`,
    content: sentences.join(' '),
    tags: random.chance(0.5) ? [random.pick(NOUNS)] : [],
    priority: Math.floor(random.between(1, 5)),
    category: random.pick(CATEGORIES),
  };
}

function sentence(random: SeededRandom): string {
  const parts = Array.from({ length: Math.floor(random.between(1, 4)) }, () => {
    return `${random.pick(NOUNS)}${random.pick(PARTICLES)}`;
  });
  return `${random.pick(ADVERBS)} ${parts.join(' ')} ${random.pick(VERBS)}.`;
}
